import type { ErrorCode } from '@core/error-codes';
import {
  AS_BEFORE,
  named,
  NOTHING_CHANGED,
  NOTHING_STARTED,
  NOTHING_STORED,
  place,
  REPORT,
  STORED_BEFORE,
  type Words,
} from './parts';

type WorkbenchCode = Extract<
  ErrorCode,
  | `database-${string}`
  | `embedded-${string}`
  | `host-${string}`
  | `job-input-${string}`
  | `key-store-${string}`
  | `project-${string}`
  | `run-${string}`
  | `server-${string}`
  | `session-${string}`
  | `state-${string}`
  | 'already-open'
  | 'answer-invalid'
  | 'arguments'
  | 'cancelled'
  | 'checkpoint-in-use'
  | 'checkpoint-missing'
  | 'demo-missing'
  | 'disk-full'
  | 'evaluation-missing'
  | 'events-ended'
  | 'export-missing'
  | 'gone'
  | 'in-trash'
  | 'other-project'
  | 'request-invalid'
  | 'rung-unknown'
  | 'no-yield'
  | 'transfer-unfinished'
  | 'schema-step-broken'
  | 'unexpected'
>;

const GROWN = 'Alles, was bisher gewachsen ist.';
const KEY_IN_SETTINGS = 'Geben Sie den Schlüssel in den Einstellungen unter „Server“ an.';
const OTHER_SERVER = 'Bringen Sie den Server auf den neuesten Stand, oder nehmen Sie einen anderen.';

/** The program itself: its store, its runs, its processes, and servers elsewhere. */
export const workbench: Words<WorkbenchCode> = {
  'already-open': [
    'In diesem Datenordner arbeitet schon eine Werkbank.',
    'Alles; die andere läuft ungestört weiter.',
    'Benutzen Sie deren Fenster, schließen Sie sie, oder starten Sie diese mit --user-data und einem anderen Ordner.',
  ],
  'answer-invalid': ['Die Werkbank gab eine Antwort, die sie selbst nicht versteht.', NOTHING_CHANGED, REPORT],
  arguments: ['Die Angaben auf der Befehlszeile passen nicht.', undefined, 'Mit --help sehen Sie, was möglich ist.'],
  cancelled: ['Auf Wunsch abgebrochen.', 'Was vorher da war.'],
  'checkpoint-in-use': [
    (parts) =>
      `${named(parts, 'name', 'Der Modellstand')} wird vom Lauf ${named(parts, 'run', 'eines Projekts')} benutzt.`,
    'Der Modellstand und der Lauf.',
    'Warten Sie auf den Lauf, oder brechen Sie ihn erst ab.',
  ],
  'checkpoint-missing': ['Ein Modellstand, der da sein sollte, fehlt.', undefined, REPORT],
  'database-corrupt': [
    'Die Datenbank ist beschädigt und lässt sich nicht sicher lesen.',
    'Die beschädigte Datei bleibt, wie sie ist; Modellordner und Ausgaben sind eigene Dateien und unversehrt.',
    'Spielen Sie workbench.db aus einer Sicherung ein, oder starten Sie mit „npm start -- --set-aside-database“: Die beschädigte Datei wird umbenannt, nie gelöscht, und eine leere begonnen.',
  ],
  'database-locked': [
    'Die Datenbank ist von einem anderen Programm gesperrt.',
    STORED_BEFORE,
    'Schließen Sie das Programm, das workbench.db offen hat (eine andere Werkbank, eine Sicherung, ein Betrachter), und versuchen Sie es noch einmal.',
  ],
  'database-read-only': [
    'In die Datenbank lässt sich nicht schreiben.',
    STORED_BEFORE,
    'Geben Sie sich das Recht, im Datenordner zu schreiben, oder wählen Sie mit --user-data einen anderen.',
  ],
  'database-too-new': [
    'Diese Datenbank wurde von einer neueren Fassung der Werkbank geschrieben.',
    NOTHING_CHANGED,
    'Benutzen Sie die neuere Fassung, oder starten Sie diese mit --user-data und einem anderen Ordner.',
  ],
  'demo-missing': [
    'Diese Kopie des Programms kam ohne das Vorführprojekt.',
    'Alles, was Ihnen gehört.',
    'Legen Sie ein neues Projekt an, oder machen Sie mit „npm run demo“ eines auf diesem Rechner.',
  ],
  'disk-full': [
    'Der Datenträger ist voll.',
    'Alles, was vorher gespeichert war; die letzte Änderung wurde ganz zurückgenommen.',
    'Schaffen Sie Platz, und versuchen Sie es noch einmal oder setzen Sie den Lauf fort.',
  ],
  'embedded-missing': [
    'Das mitgelieferte Modell lässt sich nicht lesen; diese Installation ist unvollständig.',
    'Alles, was Ihnen gehört.',
    'Installieren Sie die Werkbank noch einmal, oder legen Sie ein Projekt ohne es an und importieren Sie ein Modell.',
  ],
  'embedded-no-problem': ['Es fand sich keine Aufgabe für diesen Teil.', undefined, REPORT],
  'embedded-unknown-word': ['Ein Wort gehört nicht zum mitgelieferten Modell.', undefined, REPORT],
  'evaluation-missing': ['Der Lauf hat keine Auswertung gespeichert.', undefined, REPORT],
  'events-ended': ['Die Nachrichten des Laufs endeten vor ihm.', undefined, REPORT],
  'export-missing': ['Der Lauf hat keinen Ordner ausgegeben.', undefined, REPORT],
  gone: [
    'Das gibt es nicht mehr.',
    'Alles andere.',
    'Es wurde gelöscht, hier oder in einem anderen Fenster; gehen Sie zurück zur Liste, oder sehen Sie im Papierkorb des Projekts nach.',
  ],
  'host-closing': ['Die Werkbank wird gerade geschlossen.', 'Alles Gespeicherte.', 'Öffnen Sie sie wieder.'],
  'host-gone': [
    'Der Teil der Werkbank, der rechnet und speichert, ist beendet.',
    'Alles Gespeicherte; Läufe gehen von ihrer letzten Sicherung an weiter.',
    'Schließen Sie das Fenster und öffnen Sie die Werkbank neu.',
  ],
  'host-stopped': [
    'Die Werkbank wurde beendet, während dieser Lauf im Gang war.',
    'Alles bis zur letzten Sicherung und jedes Ergebnis, das unterwegs gespeichert wurde.',
    'Setzen Sie fort: Der Lauf geht von der letzten Sicherung an weiter.',
  ],
  'host-unreachable': [
    'Die Werkbank antwortet nicht.',
    'Alles Gespeicherte.',
    'Sehen Sie nach, ob sie noch läuft; das Fenster verbindet sich von selbst wieder.',
  ],
  'in-trash': [
    (parts) => `${named(parts, 'name', 'Das')} liegt im Papierkorb.`,
    'Alles davon, bis der Papierkorb geleert wird.',
    'Holen Sie es aus dem Papierkorb des Projekts zurück, unten auf der Seite „Läufe“, oder wählen Sie etwas anderes.',
  ],
  'job-input-damaged': [
    'Eine Eingabedatei dieses Laufs lässt sich nicht lesen.',
    undefined,
    'Beginnen Sie den Lauf neu.',
  ],
  'job-input-missing': ['Dieser Lauf begann ohne eine seiner Eingaben.', undefined, 'Beginnen Sie den Lauf neu.'],
  'key-store-failed': [
    'Der Schlüsselspeicher des Betriebssystems lässt sich nicht benutzen.',
    NOTHING_STORED,
    'Schließen Sie den Schlüsselbund dieses Kontos auf, oder legen Sie den Schlüssel in eine Umgebungsvariable oder Datei.',
  ],
  'key-store-missing': [
    'Hier gibt es keinen Schlüsselspeicher: Die Werkbank läuft in einem Browser.',
    NOTHING_STORED,
    'Nennen Sie eine Umgebungsvariable mit dem Schlüssel oder eine Datei, die nur Sie lesen dürfen.',
  ],
  'no-yield': [
    'Dieser Lauf macht keine Daten.',
    undefined,
    'Fragen Sie nach einem Lauf, der Bäume wachsen lässt oder Beispiele macht.',
  ],
  'other-project': ['Das gehört zu einem anderen Projekt.', NOTHING_STARTED, 'Wählen Sie etwas aus diesem Projekt.'],
  'project-archive': [
    'Das mitgelieferte Vorführprojekt lässt sich nicht lesen.',
    'Alles, was Ihnen gehört; nichts kam hinzu.',
    'Installieren Sie die Werkbank noch einmal, oder beginnen Sie mit einem neuen Projekt.',
  ],
  'project-busy': [
    (parts) => `Der Lauf ${named(parts, 'run', 'eines Projekts')} ist im Gang.`,
    'Das Projekt und der Lauf.',
    'Brechen Sie den Lauf erst ab.',
  ],
  'request-invalid': ['Diese Anfrage passt nicht zu dem, was die Werkbank erwartet.', NOTHING_CHANGED, REPORT],
  'run-active': [
    (parts) => `${named(parts, 'name', 'Der Lauf')} ist im Gang.`,
    'Der Lauf.',
    'Brechen Sie ihn erst ab.',
  ],
  'run-folder-gone': [
    (parts) => `Der Ordner von ${named(parts, 'name', 'diesem Lauf')} ist nicht mehr, wo er war.`,
    'Seine Zahlen, Proben und sein Protokoll.',
    'Legen Sie den Ordner zurück und setzen Sie fort, oder beginnen Sie mit denselben Einstellungen neu.',
  ],
  'run-gone': [
    'Diesen Lauf gibt es nicht mehr.',
    undefined,
    'Er wurde gelöscht; sehen Sie in der Liste der Läufe nach.',
  ],
  'run-not-finished': [
    'Ein Lauf kam nicht an sein Ende.',
    undefined,
    'Öffnen Sie die Werkbank und setzen Sie ihn dort fort.',
  ],
  'run-state': [(parts) => `Das geht bei ${named(parts, 'name', 'diesem Lauf')} jetzt nicht.`, NOTHING_CHANGED],
  'rung-unknown': ['Diese Stufe hat die Untersuchung nicht.'],
  'schema-step-broken': [
    'Beim Umstellen der Datenbank gingen Bezüge verloren.',
    'Die Datenbank, wie sie war.',
    'Bleiben Sie bei der Fassung, die sie schrieb, und melden Sie das.',
  ],
  'server-answer-cut': ['Die Antwort des Servers brach ab.', GROWN, OTHER_SERVER],
  'server-answer-unreadable': [
    'Die Antwort des Servers ist keine Fortsetzung eines Textes.',
    GROWN,
    'Prüfen Sie, ob die Adresse auf /v1 endet und der Server die Completions-Schnittstelle von OpenAI spricht.',
  ],
  'server-budget-spent': [
    'Was dieser Lauf auf dem Server verbrauchen durfte, ist verbraucht.',
    GROWN,
    'Heben Sie die Grenze des Servers in den Einstellungen und beginnen Sie für die übrigen Fragen einen neuen Lauf.',
  ],
  'server-given-up': [
    'Der Server gab auch nach mehreren Versuchen keine brauchbare Antwort.',
    GROWN,
    'Sehen Sie nach, ob er läuft und Platz hat, und setzen Sie fort; weniger Anfragen zugleich können helfen.',
  ],
  'server-gone': [
    'In den Einstellungen gibt es diesen Server nicht mehr.',
    'Der Lauf und alles, was er bisher gemacht hat.',
    'Fügen Sie ihn dort unter diesem Namen wieder hinzu, oder lassen Sie das Modell auf diesem Rechner laufen.',
  ],
  'server-key-missing': ['Für diesen Server ist kein Schlüssel da.', 'Nichts wurde gesandt.', KEY_IN_SETTINGS],
  'server-key-open': [
    (parts) => `Andere auf diesem Rechner dürfen ${place(parts, 'die Datei mit dem Schlüssel')} lesen.`,
    'Nichts wurde gesandt.',
    (parts) => `Führen Sie aus: chmod 600 ${place(parts, 'DATEI')}`,
  ],
  'server-key-refused': [
    'Der Server nimmt den Schlüssel nicht an.',
    AS_BEFORE,
    'Prüfen Sie den Schlüssel in den Einstellungen.',
  ],
  'server-logprobs-missing': [
    'Der Server sagt zu seinem Text keine Wahrscheinlichkeiten.',
    GROWN,
    'Nehmen Sie einen Server, der sie zu Vervollständigungen sagt: vLLM und llama.cpp tun es von sich aus; Ollama tut es in seiner eigenen Schnittstelle, hier aber nicht sicher.',
  ],
  'server-logprobs-wrong': ['Die Wahrscheinlichkeiten des Servers können nicht stimmen.', GROWN, OTHER_SERVER],
  'server-missing': ['Dieser Lauf begann ohne Server.', undefined, 'Beginnen Sie den Lauf neu.'],
  'server-name-taken': [
    'Einen Server dieses Namens gibt es schon.',
    'Beide, wie sie waren.',
    'Wählen Sie einen anderen Namen; Läufe merken sich den Server daran.',
  ],
  'server-refused': [
    (parts) => `Der Server lehnt die Anfrage ab${typeof parts['status'] === 'number' ? ` (${parts['status']})` : ''}.`,
    AS_BEFORE,
    'Prüfen Sie Adresse und Modell in den Einstellungen mit „Verbindung prüfen“.',
  ],
  'server-tokens-unknown': [
    'Dieser Server kann nicht sagen, wie wahrscheinlich jedes Funktionstoken ist.',
    AS_BEFORE,
    'Lassen Sie die Schritte durch Eingaben vorschlagen, oder lassen Sie das abgestimmte Modell auf diesem Rechner laufen.',
  ],
  'server-unreachable': [
    'Der Server ist nicht zu erreichen.',
    'Die Einstellungen dieses Servers.',
    'Sehen Sie nach, ob er läuft und die Adresse stimmt, mit Port und /v1.',
  ],
  'session-lost': [
    'Der Prozess mit diesem Modell endete.',
    'Die Frage, die Einstellungen und jede gezeigte Antwort. Läufe sind nicht betroffen: Sie haben eigene Prozesse.',
    'Fragen Sie noch einmal: Das Modell wird neu geöffnet. Fehlte Speicher, schließen Sie andere Programme oder wählen Sie int8.',
  ],
  'session-memory': [
    'Für dieses Modell ist nicht genug Speicher frei.',
    'Die Frage und die Einstellungen. Nichts wurde geöffnet.',
    'Warten Sie auf einen laufenden Lauf, schließen Sie andere Programme, oder nehmen Sie ein kleineres Modell.',
  ],
  'state-damaged': [
    'Der gesicherte Stand dieses Laufs lässt sich nicht lesen.',
    STORED_BEFORE,
    'Beginnen Sie diesen Lauf von vorn.',
  ],
  'state-not-finite': ['Eine Zahl ist nicht endlich und lässt sich nicht sichern.', STORED_BEFORE, REPORT],
  'state-not-written': [
    (parts) => `${place(parts, 'Der Stand des Laufs')} konnte nicht geschrieben werden.`,
    'Die Datei, wie sie vorher war.',
    'Prüfen Sie, ob in den Ordner geschrieben werden kann, und setzen Sie dann fort.',
  ],
  'transfer-unfinished': [
    'Das Projekt der Untersuchung ist nicht vollständig.',
    undefined,
    'Entfernen Sie das Projekt und beginnen Sie noch einmal.',
  ],
  unexpected: [
    'Der Werkbank ist etwas begegnet, womit sie nicht gerechnet hat.',
    'Nichts Gespeichertes wurde geändert.',
    REPORT,
  ],
};
