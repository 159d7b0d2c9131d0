import type { texts as app } from '../../app/texts/en';
import type { pageTitles } from '../../app/texts/pages.en';
import type { stageTexts } from '../../app/texts/stages.en';
import { translationOf } from '../../lib/language';
import type { nouns, texts as format } from '../../lib/texts/en';
import type { texts as ui } from '../../ui/texts/en';

/** The frame of the window: rail, status bar, stages, shared controls, numbers. */
export const frame = {
  app: translationOf<typeof app>()({
    product: 'RFTT Workbench',
    rail: {
      label: 'Der Weg',
      beside: 'Neben dem Weg',
      projects: 'Alle Projekte',
      search: 'Suchen',
      questions: 'Fragen',
      judge: 'Richter',
      playground: 'Spielwiese',
      runs: 'Läufe',
      guide: 'Leitfaden',
      settings: 'Einstellungen',
      next: 'nächster Schritt',
      states: { 'not-yet': 'noch nicht', ready: 'bereit', running: 'läuft', done: 'fertig' },
    },
    inspector: {
      label: 'Inspektor',
      close: 'Schließen',
      fold: 'Inspektor einklappen',
      unfold: 'Inspektor öffnen',
    },
    status: {
      label: 'Status',
      connecting: 'Verbinde …',
      lost: 'Verbindung verloren. Läufe gehen weiter; dieses Fenster versucht es von selbst wieder.',
      idle: 'Nichts läuft',
      queued: (count: number) => (count === 1 ? '1 Lauf wartet' : `${count} Läufe warten`),
      left: (range: string) => `noch ${range}`,
      memory: (used: string, total: string) => `${used} von ${total} Speicher belegt`,
    },
    news: {
      ended: (name: string, how: string) => `„${name}“ ${how}.`,
      how: { finished: 'ist fertig', stopped: 'ist vor dem Ende stehen geblieben' },
      open: 'Lauf öffnen',
      dismiss: 'Ausblenden',
      conflict: 'Ein anderes Fenster hat diesen Entwurf ebenfalls geändert. Nichts wurde überschrieben.',
      takeTheirs: 'Den anderen nehmen',
      keepMine: 'Diesen behalten',
    },
    notFound: {
      title: 'Diese Seite gibt es nicht',
      body: 'Die Adresse führt nirgendwohin: Vielleicht wurde sie von Hand getippt oder kommt aus einer anderen Version.',
      action: 'Zur Startseite',
    },
    projectGone: {
      title: 'Dieses Projekt ist weg',
      body: 'Es wurde gelöscht, oder dieses Fenster wurde mit einem anderen Datenordner geöffnet. Sonst ist nichts betroffen.',
    },
    skip: 'Zur Seite springen',
    crashed: 'Diese Seite funktioniert nicht mehr.',
  }),
  pageTitles: translationOf<typeof pageTitles>()({
    start: 'Start',
    settings: 'Einstellungen',
    guide: 'Leitfaden',
    project: 'Projekt',
    model: 'Modell',
    modelImport: 'Modell importieren',
    questions: 'Fragen',
    questionsImport: 'Fragen importieren',
    examplesImport: 'Beispiele einlesen',
    questionSet: 'Fragen',
    tokens: 'Token',
    sft: 'Feinabstimmen',
    prm: 'Beurteilen',
    rl: 'Erkunden',
    export: 'Export',
    tokensNew: 'Token hinzufügen',
    searchNew: 'Bäume wachsen lassen',
    examplesNew: 'Beispiele machen',
    sftNew: 'Feinabstimmen',
    prmNew: 'Richter trainieren',
    rlNew: 'Erkunden',
    compare: 'Vergleichen',
    evaluateNew: 'Auswerten',
    exportNew: 'Exportieren',
    trees: 'Bäume',
    tree: 'Baum',
    examples: 'Beispiele',
    dataset: 'Durchsicht',
    treeGrowing: 'Wachsender Baum',
    playground: 'Spielwiese',
    runs: 'Läufe',
    run: 'Lauf',
  }),
  stageNames: translationOf<typeof stageTexts>()({
    import: {
      name: 'Modell',
      sentence:
        'Das Sprachmodell, das schlussfolgern lernt: bringen Sie ein eigenes mit, oder nehmen Sie das kleine, das dabei ist.',
      verb: 'Modell importieren',
    },
    tokens: {
      name: 'Token',
      sentence:
        'Acht Funktions-Token wie „prüfen“ und „verbessern“ kommen in den Wortschatz. Das Modell wird lernen, in ihnen zu denken.',
      verb: 'Token hinzufügen',
    },
    search: {
      name: 'Bäume',
      sentence:
        'Zu jeder Frage versucht das Modell viele Wege zu einer Antwort. Sie bilden einen Baum; richtige und falsche Enden zeigen, welche Schritte helfen.',
      verb: 'Bäume wachsen lassen',
    },
    examples: {
      name: 'Beispiele',
      sentence:
        'Gute Wege aus den Bäumen und berichtigte Irrwege werden zu Lernbeispielen. Lesen Sie sie, nehmen Sie sie an oder lehnen Sie sie ab.',
      verb: 'Beispiele machen',
    },
    sft: {
      name: 'Feinabstimmen',
      sentence: 'Das Modell lernt aus den Beispielen, Schritt für Schritt mit den Funktions-Token zu schlussfolgern.',
      verb: 'Feinabstimmen',
    },
    prm: {
      name: 'Beurteilen',
      sentence:
        'Eine Kopie des Modells lernt aus den Bäumen, aussichtsreiche Schritte von aussichtslosen zu unterscheiden. Sie kann Schritte beim Erkunden belohnen und unter Antworten wählen.',
      verb: 'Richter trainieren',
    },
    rl: {
      name: 'Erkunden',
      sentence:
        'Das Modell erkundet eigene Wege zu Fragen mit bekannter Antwort; was zu richtigen Antworten führt, wird gestärkt.',
      verb: 'Erkunden',
    },
    evaluate: {
      name: 'Vergleichen',
      sentence:
        'Modellstände beantworten dieselben Fragen, die keiner von ihnen gesehen hat. Die Zahlen sagen, welcher besser ist und wie sicher das ist.',
      verb: 'Auswerten',
    },
    export: {
      name: 'Export',
      sentence:
        'Aus einem Modellstand wird ein Ordner, den andere Programme laden, mit den hinzugefügten Token, als Ganzes oder als Adapter.',
      verb: 'Exportieren',
    },
  }),
  format: translationOf<typeof format>()({
    notANumber: 'keine Zahl',
    underOneSecond: 'unter 1 s',
    seconds: (count: string) => `${count} s`,
    minutes: (count: string) => `${count} min`,
    hours: (count: string) => `${count} h`,
    hoursMinutes: (hours: string, minutes: string) => `${hours} h ${minutes} min`,
    days: (count: string) => `${count} Tage`,
    range: (from: string, to: string) => `${from} bis ${to}`,
  }),
  nouns: translationOf<typeof nouns>()({
    question: { one: 'Frage', many: 'Fragen' },
    row: { one: 'Zeile', many: 'Zeilen' },
    token: { one: 'Token', many: 'Token' },
    tree: { one: 'Baum', many: 'Bäume' },
    node: { one: 'Knoten', many: 'Knoten' },
    'new token': { one: 'neues Token', many: 'neue Token' },
    update: { one: 'Update', many: 'Updates' },
    example: { one: 'Beispiel', many: 'Beispiele' },
    iteration: { one: 'Runde', many: 'Runden' },
    path: { one: 'Weg', many: 'Wege' },
    file: { one: 'Datei', many: 'Dateien' },
    checkpoint: { one: 'Modellstand', many: 'Modellstände' },
    run: { one: 'Lauf', many: 'Läufe' },
  }),
  ui: translationOf<typeof ui>()({
    error: {
      where: 'Wo',
      kept: 'Was erhalten ist',
      wayOut: 'Was zu tun ist',
      retry: 'Noch einmal',
      technical: 'Technischer Text',
    },
    copy: 'Kopieren',
    copied: 'Kopiert',
    close: 'Schließen',
    cancel: 'Abbrechen',
    loading: 'Lädt',
  }),
};
