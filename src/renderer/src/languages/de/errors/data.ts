import type { ErrorCode } from '@core/error-codes';
import { COPY_AGAIN, named, NOTHING_CHANGED, NOTHING_STARTED, NOTHING_STORED, place, type Words } from './parts';

type DataCode = Extract<
  ErrorCode,
  | `file-${string}`
  | `folder-${string}`
  | `question-${string}`
  | `recipe-${string}`
  | 'questions-empty'
  | 'answer-without-steps'
  | 'column-missing'
  | 'columns-unknown'
  | 'dataset-foreign'
  | 'edit-several'
  | 'graded-row'
  | 'example-known'
  | 'examples-empty'
  | 'json-list-damaged'
  | 'node-unknown'
  | 'nothing-shared'
  | 'parquet-damaged'
  | 'path-not-right'
  | 'path-relative'
  | 'revision-stale'
  | 'root-pruned'
  | 'several-datasets'
  | 'step-unknown'
  | 'token-in-question'
  | 'too-many-to-preview'
  | 'trees-empty'
>;

const WRITTEN_NOTHING = 'Nichts wurde geschrieben.';

/** Files of questions and examples, the review, trees and comparisons. */
export const data: Words<DataCode> = {
  'answer-without-steps': [
    'Diese Antwort hat keine Funktionstoken, also lässt sich kein Schritt von ihr lehren.',
    'Die Antwort, wie sie dasteht.',
    'Fragen Sie ein Modell, das die Token hat, oder behalten Sie stattdessen die Frage.',
  ],
  'column-missing': [
    (parts) => `Für ${named(parts, 'where', 'ein Feld')} wurde keine Spalte gewählt.`,
    NOTHING_STORED,
    'Wählen Sie die Spalte, in der es steht, oder einen anderen Aufbau.',
  ],
  'columns-unknown': [
    'Keine Spalte sieht nach Frage oder Antwort aus.',
    NOTHING_STORED,
    'Nennen Sie die Spalten „question“ und „answer“, oder wählen Sie sie beim Einlesen im Fenster.',
  ],
  'dataset-foreign': [
    'Dieser Datensatz gehört zu einem anderen Projekt.',
    NOTHING_CHANGED,
    'Wählen Sie einen Datensatz dieses Projekts.',
  ],
  'edit-several': ['Schritte werden immer in einem Beispiel auf einmal geändert.', NOTHING_CHANGED],
  'example-known': [
    'Der Datensatz hat dieses Beispiel schon.',
    'Das Beispiel, das da ist, mit allem, was dazu entschieden wurde.',
    'Öffnen Sie den Datensatz, um es zu sehen, oder wählen Sie einen anderen.',
  ],
  'examples-empty': [
    'Es gibt kein Beispiel, mit dem sich etwas anfangen lässt.',
    'Nichts wurde begonnen und nichts gespeichert.',
    'Nehmen Sie Beispiele an, oder wählen Sie beim Einlesen einen anderen Aufbau oder andere Spalten.',
  ],
  'file-empty': ['Die Datei ist leer.', NOTHING_STORED, 'Wählen Sie eine Datei mit Zeilen.'],
  'file-exists': [
    (parts) => `${place(parts, 'Die Datei')} gibt es schon.`,
    WRITTEN_NOTHING,
    'Wählen Sie einen anderen Namen, oder sagen Sie, dass sie ersetzt werden darf.',
  ],
  'file-missing': [
    (parts) => `${place(parts, 'Die Datei')} ist nicht da.`,
    undefined,
    'Wählen Sie eine Datei oder einen Ordner, den es gibt, oder legen Sie sie zurück.',
  ],
  'file-not-written': [
    (parts) => `${place(parts, 'Die Datei')} konnte nicht geschrieben werden.`,
    'Was vorher da war; die Beispiele in der Werkbank.',
    'Wählen Sie einen Ordner, in den Sie schreiben dürfen.',
  ],
  'file-too-large': [
    'Die Datei ist zu groß.',
    NOTHING_STORED,
    'Teilen Sie sie in Dateien von höchstens 256 MB, oder wandeln Sie sie in JSON-Zeilen oder Parquet um; die werden stückweise gelesen.',
  ],
  'file-truncated': [
    'Die Datei ist kürzer als erwartet; sie wurde geändert oder abgeschnitten.',
    undefined,
    COPY_AGAIN,
  ],
  'file-unreadable': [
    (parts) => `${place(parts, 'Die Datei')} lässt sich nicht lesen.`,
    undefined,
    'Prüfen Sie den Datenträger und ob Sie die Datei lesen dürfen.',
  ],
  'folder-exists': [
    (parts) => `${place(parts, 'Der Ordner')} gibt es schon.`,
    NOTHING_CHANGED,
    'Wählen Sie einen anderen Namen.',
  ],
  'folder-missing': [
    (parts) => `Der Ordner ${place(parts, '')} ist nicht da.`,
    WRITTEN_NOTHING,
    'Wählen Sie einen Ordner, den es gibt, oder legen Sie ihn erst an.',
  ],
  'folder-unreadable': [
    (parts) => `${place(parts, 'Der Ordner')} lässt sich nicht öffnen.`,
    undefined,
    'Wählen Sie einen anderen Ordner.',
  ],
  'folder-unwritable': [
    (parts) => `${place(parts, 'Der Ordner')} lässt sich nicht beschreiben.`,
    'Was vorher da war, ist unverändert.',
    'Prüfen Sie, ob Sie dort schreiben dürfen, oder wählen Sie einen anderen Ordner.',
  ],
  'graded-row': ['Diese Zeile ist keine benotete Antwort.'],
  'json-list-damaged': [
    'Die JSON-Liste ist beschädigt.',
    NOTHING_STORED,
    'Bessern Sie die Datei aus, oder schreiben Sie je Zeile ein JSON-Objekt und nennen Sie sie .jsonl.',
  ],
  'node-unknown': ['Diesen Schritt hat der Baum nicht.', NOTHING_CHANGED],
  'nothing-shared': [
    'Diese Auswertungen haben keine Frage gemeinsam.',
    undefined,
    'Werten Sie die Modellstände mit derselben Fragensammlung aus.',
  ],
  'parquet-damaged': [
    'Die Datei lässt sich nicht als Parquet lesen.',
    NOTHING_STORED,
    'Prüfen Sie, ob sie ganz kopiert wurde, oder wandeln Sie sie in JSON-Zeilen oder CSV um.',
  ],
  'path-not-right': [
    'Dieser Weg endet nicht mit der richtigen Antwort.',
    'Dem Datensatz wurde nichts hinzugefügt.',
    'Wählen Sie einen Schritt, der einen Weg beendet und als richtig gekennzeichnet ist.',
  ],
  'path-relative': [
    (parts) => `${named(parts, 'where', 'Der Pfad')} sagt nicht, in welchem Ordner.`,
    WRITTEN_NOTHING,
    'Schreiben Sie den ganzen Pfad, von der Wurzel an.',
  ],
  'question-columns-unknown': [
    'Keine Spalte der Datei sieht nach Fragen aus.',
    NOTHING_STORED,
    'Sagen Sie, welche Spalte die Frage und welche die Antwort enthält.',
  ],
  'question-format': [
    'Die Datei ist weder JSON noch CSV noch Parquet.',
    NOTHING_STORED,
    'Wandeln Sie sie in eines dieser drei Formate um.',
  ],
  'question-known': [
    'Die Sammlung hat diese Frage schon.',
    'Die Frage, die da ist.',
    'Wählen Sie eine andere Sammlung, oder fragen Sie etwas anderes.',
  ],
  'question-set-missing': ['Diese Fragensammlung gibt es nicht.'],
  'questions-empty': [
    'Es gibt keine Frage, mit der sich etwas anfangen lässt.',
    'Nichts wurde begonnen und nichts gespeichert.',
    'Wählen Sie eine andere Sammlung oder andere Spalten, oder bessern Sie die genannten Zeilen aus.',
  ],
  'recipe-no-data': [
    'Ein Rezept braucht Daten: Weder Beispiele noch Fragen wurden gewählt.',
    WRITTEN_NOTHING,
    'Wählen Sie einen Datensatz, eine Fragensammlung oder beides.',
  ],
  'recipe-no-model': [
    'Diese Ausgabe hat kein ganzes Modell geschrieben.',
    WRITTEN_NOTHING,
    'Geben Sie den Modellstand erst als verschmolzenes Modell aus.',
  ],
  'revision-stale': [
    'Dieses Beispiel wurde inzwischen geändert, in einem anderen Fenster oder durch Zurücknehmen.',
    'Der neuere Text.',
    'Sehen Sie sich den neueren Text an und ändern Sie noch einmal.',
  ],
  'root-pruned': [
    'Die Frage selbst lässt sich nicht abschneiden.',
    NOTHING_CHANGED,
    'Schneiden Sie die Zweige darunter ab.',
  ],
  'several-datasets': [
    'Diese Beispiele gehören zu mehreren Datensätzen.',
    NOTHING_CHANGED,
    'Entscheiden Sie über einen Datensatz auf einmal, damit klar ist, was zurückgenommen wird.',
  ],
  'step-unknown': ['So viele Schritte hat dieses Beispiel nicht.', NOTHING_CHANGED],
  'token-in-question': [
    'Die Frage oder ihre Antwort enthält ein Funktionstoken.',
    NOTHING_STORED,
    'Schreiben Sie es anders.',
  ],
  'too-many-to-preview': [
    'Der Datensatz hat zu viele Beispiele für die Vorschau.',
    'Ihre Einstellungen.',
    'Der erste Stapel wird für bis zu 20 000 Beispiele gezeigt; der Lauf selbst nimmt beliebig viele.',
  ],
  'trees-empty': [
    (parts) => `${named(parts, 'name', 'Diese Suche')} hat keine Bäume wachsen lassen.`,
    NOTHING_STARTED,
    'Lassen Sie erst Bäume wachsen.',
  ],
};
