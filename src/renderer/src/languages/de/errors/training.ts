import type { ErrorCode } from '@core/error-codes';
import { AS_BEFORE, named, NOTHING_STARTED, place, REPORT, UP_TO_CHECKPOINT, type Words } from './parts';

type TrainingCode = Extract<
  ErrorCode,
  | `frozen-${string}`
  | `reward-${string}`
  | `row-too-${string}`
  | `judge-${string}`
  | `prefix-${string}`
  | `${string}-not-finite`
  | 'not-finite'
  | 'base-unreadable'
  | 'device-memory'
  | 'device-settings'
  | 'engine-exit'
  | 'engine-killed'
  | 'engine-protocol'
  | 'example-empty'
  | 'functional-tokens-missing'
  | 'graph-refused'
  | 'graph-run'
  | 'learning-rows'
  | 'lora-target'
  | 'never-closes'
  | 'no-adapter'
  | 'no-examples'
  | 'no-gradient'
  | 'no-judged-steps'
  | 'no-logits'
  | 'no-questions'
  | 'no-usable-pairs'
  | 'nothing-allowed'
  | 'nothing-learns'
  | 'one-sided-labels'
  | 'out-of-memory'
  | 'parameter-missing'
  | 'parameter-shape'
  | 'sampling-without-rng'
  | 'shape'
  | 'step-file'
  | 'tensor-elsewhere'
  | 'token-unknown'
  | 'token-foreign'
  | 'role-missing'
  | 'token-set-changed'
  | 'token-set-file'
  | 'token-set-known'
  | 'token-set-unfit'
  | `dry-step-${string}`
  | 'tokens-present'
  | 'tokens-there'
  | 'value-head-missing'
  | 'value-on-device'
>;

const SLOWER = 'Senken Sie die Lernrate, oder gehen Sie zu einem früheren Modellstand zurück.';
const MEND_REWARD =
  'Ändern Sie die Belohnung, oder wählen Sie eine andere; auf der letzten Seite des Assistenten lässt sie sich vorher ausprobieren.';
const BEFORE_ITERATION = 'Alles vor diesem Durchgang.';
const FREEZE_NAMES =
  'Namen sind die aus den Dateien des Modells, z. B. model.layers.0.self_attn.q_proj.weight; * steht für Beliebiges.';

/** Training, exploring and answering. */
export const training: Words<Exclude<TrainingCode, 'weights-not-finite' | 'state-not-finite'>> = {
  'base-unreadable': [
    'Die Datei des Modells lässt sich nicht mehr lesen.',
    'Die letzte Sicherung dieses Laufs.',
    'Legen Sie das Modell zurück, und setzen Sie den Lauf dann fort.',
  ],
  'device-memory': ['Das Rechengerät gab keinen Speicher her.', UP_TO_CHECKPOINT, REPORT],
  'device-settings': [
    'Diese Einstellungen rechnet nur der Prozessor.',
    NOTHING_STARTED,
    'Wählen Sie in den Einstellungen den Prozessor.',
  ],
  'dry-step-lost': [
    'Der Probeschritt kam nicht ans Ende.',
    'Ihre Einstellungen.',
    'Messen Sie noch einmal, wählen Sie weniger Folgen auf einmal, LoRA oder ein kleineres Modell, oder beginnen Sie ohne Messung: Der Lauf lässt sich jederzeit anhalten.',
  ],
  'dry-step-refused': ['Für diese Art von Lauf gibt es keinen Probeschritt.', 'Ihre Einstellungen.'],
  'dry-step-replaced': [
    'Ein anderer Probeschritt trat an die Stelle von diesem.',
    'Ihre Einstellungen.',
    'Messen Sie noch einmal.',
  ],
  'engine-exit': [
    'Der Rechenprozess endete unerwartet.',
    UP_TO_CHECKPOINT,
    'Setzen Sie fort: Der Lauf geht von der letzten Sicherung an weiter.',
  ],
  'engine-killed': [
    'Der Rechenprozess wurde vom System beendet, meist weil der Speicher nicht reichte.',
    UP_TO_CHECKPOINT,
    'Schließen Sie andere Programme und setzen Sie fort. Kommt es wieder, beginnen Sie neu mit weniger Folgen auf einmal oder weniger Token je Durchgang.',
  ],
  'engine-protocol': [
    'Der Rechenprozess sandte etwas, das die Werkbank nicht versteht.',
    'Alles, was vorher gespeichert war.',
    REPORT,
  ],
  'example-empty': ['Mit einem Beispiel ohne Schritte lässt sich nicht trainieren.'],
  'frozen-blocks': ['So viele Blöcke hat das Modell nicht.', NOTHING_STARTED, FREEZE_NAMES],
  'frozen-name': ['Kein Tensor des Modells heißt so.', NOTHING_STARTED, FREEZE_NAMES],
  'functional-tokens-missing': [
    (parts) => `${named(parts, 'name', 'Dieses Modell')} hat keine Funktionstoken.`,
    NOTHING_STARTED,
    'Geben Sie ihm erst die Token, oder wählen Sie einen Modellstand, der sie hat.',
  ],
  'gradient-not-finite': ['Ein Gradient ist keine endliche Zahl.', 'Alle Gewichte wie vor diesem Schritt.', SLOWER],
  'graph-refused': ['onnxruntime lehnt den Rechengraphen ab.', UP_TO_CHECKPOINT, REPORT],
  'graph-run': ['onnxruntime konnte nicht rechnen.', UP_TO_CHECKPOINT, REPORT],
  'judge-json': [
    'Die Datei judge.json sagt nicht, wie dieses Modell Schritte beurteilt.',
    NOTHING_STARTED,
    'Trainieren Sie das beurteilende Modell noch einmal, oder wählen Sie ein anderes.',
  ],
  'judge-missing': [
    'Um nach Schritten zu urteilen, braucht es ein Modell, das Schritte beurteilt.',
    NOTHING_STARTED,
    'Nennen Sie eines, oder wählen Sie ohne sein Urteil.',
  ],
  'judge-unfit': [
    (parts) => `${named(parts, 'name', 'Dieses Modell')} wurde nicht zum Beurteilen von Schritten trainiert.`,
    NOTHING_STARTED,
    'Trainieren Sie erst ein solches Modell, oder wählen Sie eines.',
  ],
  'judge-vocabulary': [
    'Das beurteilende Modell liest andere Token, als das beurteilte schreibt.',
    'Nichts wurde geändert.',
    'Trainieren Sie ein beurteilendes Modell aus diesem, oder wählen Sie ein anderes.',
  ],
  'learning-rows': ['Die Zeilen, die lernen sollen, passen nicht zum Modell.'],
  'logits-not-finite': [
    'Das Modell antwortet mit Zahlen, die nicht endlich sind.',
    'Alles, was vorher fertig wurde.',
    'Gehen Sie zu einem früheren Modellstand zurück, oder trainieren Sie mit kleinerer Lernrate.',
  ],
  'lora-target': ['Eine dieser Schichten kann LoRA nicht anpassen.', NOTHING_STARTED, 'Wählen Sie andere Schichten.'],
  'loss-not-finite': ['Der Verlust ist keine endliche Zahl.', 'Alle Gewichte wie vor diesem Schritt.', SLOWER],
  'never-closes': [
    'Keine der letzten Antworten kam zu einem Ende; alle wurden abgeschnitten.',
    'Das Modell, wie es vorher war; aus abgeschnittenen Antworten wurde nichts gelernt.',
    'Stimmen Sie länger fein ab, damit das Modell seine Schritte schließt, heben Sie die Grenzen, oder senken Sie die Temperatur.',
  ],
  'no-adapter': [
    (parts) => `${named(parts, 'name', 'Dieser Modellstand')} wurde nicht mit LoRA trainiert und hat keinen Adapter.`,
    'Der Modellstand ist, wie er war.',
    'Geben Sie ihn als ganzes Modell aus, oder wählen Sie einen Stand aus einem LoRA-Lauf.',
  ],
  'no-examples': [
    'Mit keinem der Beispiele lässt sich trainieren.',
    'Der Datensatz.',
    'Nehmen Sie mehr Beispiele an, oder heben Sie „Längstes Beispiel“.',
  ],
  'no-gradient': ['Es gibt keinen Gradienten für einen Schritt.'],
  'no-judged-steps': [
    'Aus keiner der beurteilten Antworten lässt sich lernen.',
    'Die Bäume.',
    'Lassen Sie mehr Bäume wachsen, oder heben Sie „Längstes Beispiel“.',
  ],
  'no-logits': ['Das Modell gab keine Wahrscheinlichkeiten.', undefined, REPORT],
  'no-questions': ['Die Fragensammlung ist leer.', NOTHING_STARTED, 'Wählen Sie eine andere Sammlung.'],
  'no-usable-pairs': [
    'Die Bäume gaben kein einziges Beispiel.',
    'Die Bäume.',
    'Lassen Sie mehr Bäume wachsen: mit leichteren Fragen, mehr Versuchen oder höherer Temperatur.',
  ],
  'not-finite': ['Beim Rechnen entstand eine Zahl, die nicht endlich ist.', UP_TO_CHECKPOINT, SLOWER],
  'nothing-allowed': ['Hier ist nach der Grammatik kein Token erlaubt.', undefined, REPORT],
  'nothing-learns': ['Alles ist eingefroren, nichts würde lernen.', NOTHING_STARTED, 'Frieren Sie weniger ein.'],
  'one-sided-labels': [
    'Es gibt nichts zu unterscheiden: Alle beurteilten Schritte sind gut, oder alle sind schlecht.',
    'Die Bäume.',
    'Lassen Sie Bäume wachsen, in denen manche Antworten richtig und manche falsch sind: andere Fragen, mehr Versuche, ein anderes Modell.',
  ],
  'out-of-memory': [
    'Der Speicher reicht für diesen Schritt nicht.',
    UP_TO_CHECKPOINT,
    'Schließen Sie andere Programme und setzen Sie fort, oder beginnen Sie neu mit weniger Folgen auf einmal, weniger Token je Durchgang oder LoRA.',
  ],
  'parameter-missing': ['Dem Modell fehlt ein Tensor.', undefined, REPORT],
  'parameter-shape': ['Ein Tensor im Speicher passt nicht zum Aufbau des Modells.', undefined, REPORT],
  'prefix-empty': ['Ein leerer Anfang lässt sich nicht fortsetzen.'],
  'prefix-too-long': [
    (parts) =>
      typeof parts['tokens'] === 'number'
        ? `Der Text hat ${parts['tokens']} Token; das Modell liest höchstens ${String(parts['maxContext'])}.`
        : 'Der Text ist so lang, wie das Modell lesen kann.',
    undefined,
    'Kürzen Sie die Frage oder die Eingabe, gehen Sie zu einem früheren Schritt zurück, oder wählen Sie ein Modell, das mehr liest.',
  ],
  'reward-failed': ['Die Belohnung scheiterte an einer Antwort.', BEFORE_ITERATION, MEND_REWARD],
  'reward-unusable': ['Die Belohnung gab keine brauchbare Zahl.', BEFORE_ITERATION, MEND_REWARD],
  'row-too-long': ['Ein Beispiel ist länger, als das Modell liest.'],
  'row-too-short': ['In einem Beispiel gibt es nichts vorherzusagen.'],
  'sampling-without-rng': ['Zum Auslosen fehlt der Zufall.', undefined, REPORT],
  shape: ['Zwei Größen passen beim Rechnen nicht zusammen.', UP_TO_CHECKPOINT, REPORT],
  'step-file': [
    'Die Datei enthält an dieser Stelle keine beurteilten Schritte, die die Werkbank liest.',
    undefined,
    'Wählen Sie eine JSONL-Datei mit beurteilten Schritten.',
  ],
  'tensor-elsewhere': ['Eine Größe liegt auf einem anderen Rechengerät.', undefined, REPORT],
  'token-foreign': [
    (parts) => `${named(parts, 'where', 'Ein Token')} gehört nicht zu diesem Satz von Token.`,
    'Alles, was bisher gemacht wurde.',
    'Nehmen Sie Bäume und Beispiele, die mit diesen Token gemacht wurden.',
  ],
  'token-set-unfit': [
    (parts) => `Der Satz von Token ${named(parts, 'where', 'selbst')} passt so nicht zu diesem Modell.`,
    'Das Modell und der Satz von Token.',
    'Bessern Sie den Satz aus und beginnen Sie noch einmal.',
  ],
  'role-missing': [
    'Kein Token dieses Modells hat eine Rolle, die dafür gebraucht wird.',
    NOTHING_STARTED,
    'Wählen Sie andere Einstellungen, oder geben Sie dem Modell einen Tokensatz, der die Rolle hat.',
  ],
  'token-set-changed': [
    'Ein anderes Fenster hat diesen Tokensatz inzwischen gespeichert.',
    'Beide: was das andere Fenster gespeichert hat, und Ihrer in diesem.',
    'Speichern Sie Ihren als neuen Satz, oder laden Sie die neueste Fassung.',
  ],
  'token-set-file': [
    (parts) => `${place(parts, 'functional_tokens.json')} sagt nicht, welche Funktionstoken das Modell hat.`,
    AS_BEFORE,
    'Bringen Sie die Datei in Ordnung, oder nehmen Sie sie aus dem Ordner.',
  ],
  'token-set-known': [
    'In diesem Projekt gibt es schon einen Tokensatz mit diesem Namen.',
    'Der Satz, der da ist, und Ihrer in diesem Fenster.',
    'Geben Sie Ihrem einen anderen Namen.',
  ],
  'token-unknown': [
    'Ein Token gehört nicht zu diesem Modell.',
    'Nichts wurde geändert.',
    'Nehmen Sie den Tokenizer dieses Modells, und wählen Sie eines seiner Token.',
  ],
  'tokens-present': [
    (parts) => `${named(parts, 'name', 'Dieses Modell')} hat die Funktionstoken schon.`,
    NOTHING_STARTED,
    'Gehen Sie zur nächsten Station.',
  ],
  'tokens-there': [
    (parts) => `${named(parts, 'name', 'Dieses Modell')} hat die Funktionstoken schon.`,
    undefined,
    'Gehen Sie zur nächsten Station.',
  ],
  'value-head-missing': [
    (parts) => `${named(parts, 'name', 'Dieses Modell')} hat nichts, womit es Schritte beurteilen könnte.`,
    'Nichts wurde geändert.',
    'Trainieren Sie ein Modell, das Schritte beurteilt, oder wählen Sie ein anderes.',
  ],
  'value-on-device': [
    'Beurteilen wird nur auf dem Prozessor gelernt.',
    NOTHING_STARTED,
    'Wählen Sie in den Einstellungen den Prozessor und beginnen Sie noch einmal.',
  ],
};
