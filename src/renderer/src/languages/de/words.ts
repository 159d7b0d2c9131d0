import type { actionNames, actionTexts } from '../../actions/texts/en';
import type { glossary, guideTexts } from '../../glossary/texts/en';
import { translationOf } from '../../lib/language';

/** Terms, the guide, actions and keys. Forms are the German ones: they are looked for in German sentences. */
export const words = {
  glossary: translationOf<typeof glossary>()({
    functionalToken: {
      name: 'Funktions-Token',
      forms: ['Funktions-Token'],
      meaning:
        'Ein neues Wort im Wortschatz, das eine Art Gedanken öffnet oder schließt, etwa prüfen oder verbessern. Das Modell lernt, wann welches hilft.',
    },
    tree: {
      name: 'Suchbaum',
      forms: ['Suchbaum', 'einen Baum'],
      meaning:
        'Alle Versuche an einer Frage, die sich ihre Anfänge teilen: jeder Zweig geht anders weiter. Richtige und falsche Enden zeigen, welche Schritte helfen.',
    },
    simulation: {
      name: 'Simulation (Gang)',
      forms: ['Simulationen', 'Simulation'],
      meaning:
        'Ein Gang durch den Baum: an vielversprechenden Schritten hinab, etwas Neues versuchen, eine Antwort erreichen und zurückmelden, ob sie stimmte.',
    },
    rollout: {
      name: 'Rollout (Weg)',
      forms: ['Rollouts', 'Rollout', 'eigene Wege'],
      meaning: 'Ein ganzer Versuch von der Frage bis zur Antwort, vom Modell selbst geschrieben.',
    },
    visits: {
      name: 'Besuche',
      forms: ['Besuche'],
      meaning: 'Wie oft die Suche durch einen Schritt ging. Was vielversprechend aussieht, wird öfter besucht.',
    },
    value: {
      name: 'Wert',
      forms: [],
      meaning: 'Das mittlere Ergebnis aller Versuche durch einen Schritt, von 0 (nie richtig) bis 1 (immer richtig).',
    },
    prior: {
      name: 'Vorab-Wahrscheinlichkeit',
      forms: [],
      meaning:
        'Wie wahrscheinlich das Modell einen Schritt findet, bevor etwas versucht wurde. PUCT sieht zuerst dorthin, wo sie hoch ist.',
    },
    uct: {
      name: 'UCT',
      forms: ['UCT', 'PUCT'],
      meaning:
        'Die Regel, nach der die Suche einen Zweig wählt: sein bisheriger Wert und ein Zuschlag für selten besuchte Zweige.',
    },
    mergedPath: {
      name: 'berichtigter Irrweg',
      forms: ['berichtigte Irrwege', 'berichtigten Irrwegen', 'Irrweg'],
      meaning:
        'Ein falscher Schritt des Baums, dann eine Prüfung, die ihn bemerkt, dann der Schritt eines richtigen Wegs: ein Beispiel dafür, wie man sich verbessert.',
    },
    sft: {
      name: 'Feinabstimmen (SFT)',
      forms: ['Feinabstimmen', 'feinabgestimmten'],
      meaning: 'Lernen aus Beispielen: das Modell lernt zu schreiben, was sie zeigen, Token für Token.',
    },
    rl: {
      name: 'Erkunden (bestärkendes Lernen)',
      forms: ['bestärkendes Lernen'],
      meaning:
        'Lernen aus eigenen Versuchen: die gut enden, werden wahrscheinlicher, die schlecht enden, weniger wahrscheinlich.',
    },
    loss: {
      name: 'Verlust',
      forms: ['der Verlust', 'Verlust'],
      meaning:
        'Wie überrascht das Modell vom richtigen Text ist, in Nat je Token: 0 hieße, es hätte genau das geschrieben. Weniger ist besser, vor allem auf zurückgehaltenem Text.',
    },
    heldOut: {
      name: 'zurückgehalten',
      forms: ['zurückgehaltene', 'zurückgehaltenen', 'zurückgehalten', 'ungesehenen'],
      meaning:
        'Vom Training ferngehalten, damit ein gutes Ergebnis heißt, dass etwas gelernt und nicht nur erinnert wurde.',
    },
    learningRate: {
      name: 'Lernrate',
      forms: ['Lernrate'],
      meaning:
        'Wie weit sich die Gewichte bei jedem Update bewegen. Zu hoch, und das Lernen zerfällt; zu niedrig, und es dauert ewig.',
    },
    epoch: { name: 'Durchgang (Epoche)', forms: ['Durchgänge', 'Epoche'], meaning: 'Einmal durch alle Beispiele.' },
    batch: {
      name: 'Stapel (Batch)',
      forms: ['Stapel', 'Batch'],
      meaning: 'Die Beispiele, aus denen ein Update der Gewichte gemacht wird.',
    },
    gradientNorm: {
      name: 'Gradientennorm',
      forms: ['Gradientennorm', 'Gradient'],
      meaning:
        'Wie stark ein Stapel an den Gewichten zieht. Plötzliche Spitzen verheißen Ärger; sie werden an einer Grenze gekappt.',
    },
    lora: {
      name: 'LoRA, Adapter',
      forms: ['LoRA', 'Adapter'],
      meaning:
        'Kleine Matrizen neben den eingefrorenen Gewichten lernen statt der Gewichte selbst: viel weniger Speicher, und das Ergebnis lässt sich getrennt vom Modell aufheben.',
    },
    reward: {
      name: 'Belohnung',
      forms: ['Belohnungen', 'Belohnung'],
      meaning:
        'Die Zahl, nach der ein Versuch beurteilt wird: 1 für eine richtige Antwort, dazu kleinere Teile für Form oder gute Schritte, wo gewünscht.',
    },
    processReward: {
      name: 'Prozessbelohnung',
      forms: ['Prozessbelohnung'],
      meaning:
        'Ein Teil der Belohnung für die Schritte unterwegs, nicht nur für die Antwort. Zu groß, und das Modell lernt, ihr mit vielen Worten zu gefallen.',
    },
    advantage: {
      name: 'Vorteil',
      forms: ['Vorteile', 'Vorteil'],
      meaning:
        'Wie viel besser ein Versuch war als andere an derselben Frage. Nur Unterschiede lehren: sind alle richtig oder alle falsch, gibt es nichts zu lernen.',
    },
    withoutSignal: {
      name: 'Fragen ohne Signal',
      forms: ['ohne Signal'],
      meaning:
        'Fragen, bei denen alle Versuche dieselbe Belohnung bekamen. Ihr Vorteil ist null; in dieser Runde lehren sie nichts.',
    },
    kl: {
      name: 'KL',
      forms: ['KL-Gewicht', 'KL'],
      meaning:
        'Wie weit das Modell sich von seinem Anfang entfernt hat, in Nat je Token. Ein Gewicht darauf zieht zurück, damit das Erkunden nicht das Schreiben verlernt.',
    },
    entropy: {
      name: 'Entropie',
      forms: ['Entropie'],
      meaning:
        'Wie unentschieden das Modell über das nächste Token ist, in Nat. Sie fällt, wenn das Modell sicherer wird; nahe null schreibt es immer dasselbe und kann nicht erkunden.',
    },
    clipFraction: {
      name: 'gekappter Anteil',
      forms: ['gekappter Anteil'],
      meaning:
        'Der Anteil der Token, deren Wahrscheinlichkeit sich stärker änderte, als ein Update darf. Ein großer Anteil heißt: die Schritte sind zu groß.',
    },
    temperature: {
      name: 'Temperatur',
      forms: ['Temperatur'],
      meaning:
        'Wie kühn das Modell das nächste Token zieht: 0 nimmt immer das wahrscheinlichste, 1 folgt seinen Wahrscheinlichkeiten.',
    },
    coverage: {
      name: 'coverage@k',
      forms: ['coverage@k', 'Abdeckung'],
      meaning:
        'Der Anteil der Fragen, bei denen mindestens einer von k Versuchen stimmt: was erreichbar wäre, wüsste man welcher.',
    },
    vote: {
      name: 'Mehrheitsabstimmung',
      forms: ['Abstimmung'],
      meaning: 'Mehrere Antworten werden geschrieben und die häufigste genommen, ohne die richtige zu kennen.',
    },
    greedy: {
      name: 'gierig',
      forms: ['gierige', 'gierig'],
      meaning: 'Eine Antwort, immer mit dem wahrscheinlichsten Token: beim nächsten Mal dieselbe.',
    },
    interval: {
      name: '95-%-Intervall',
      forms: ['95-%-Intervall', 'Intervallen', 'Intervall'],
      meaning:
        'Wo der wahre Anteil richtiger Antworten vermutlich liegt, bei so vielen gestellten Fragen. Wenige Fragen machen es breit (nach Wilson).',
    },
    pValue: {
      name: 'p-Wert',
      forms: ['p-Wert', 'paarweiser Test'],
      meaning:
        'Wie oft ein so großer Unterschied zufällig aufträte, wären beide Modellstände gleich gut. Es zählen nur Fragen, bei denen sie sich unterscheiden (exakter McNemar-Test).',
    },
    checkpoint: {
      name: 'Modellstand',
      forms: ['Modellstände', 'Modellstand'],
      meaning: 'Ein Zustand des Modells in einem Ordner: wie es kam, oder wie es nach einigem Lernen war.',
    },
    contamination: {
      name: 'durchgesickerte Frage',
      forms: ['durchgesickerte Frage'],
      meaning: 'Eine Testfrage, die auch im Lernstoff steht. Sie ließe das Modell besser aussehen, als es ist.',
    },
    embeddingRow: {
      name: 'Zeile des Wortschatzes',
      forms: ['neue Zeilen', 'neuen Zeilen', 'Wortschatz'],
      meaning:
        'Zu jedem Token gehört im Modell eine Zeile von Zahlen. Ein neues Token braucht eine; manche Modelle haben freie.',
    },
    tiedWeights: {
      name: 'geteilte Gewichte',
      forms: ['geteilte Gewichte'],
      meaning:
        'Dieselben Zeilen lesen ein Token ein und schreiben es aus. Sonst gibt es zwei Tabellen, und ein neues Token braucht in jeder eine Zeile.',
    },
    seed: {
      name: 'Startzahl (Seed)',
      forms: ['Startzahl', 'Seed'],
      meaning:
        'Wo der Zufall beginnt. Dieselbe Startzahl, dieselben Einstellungen und derselbe Rechner ergeben denselben Lauf, bis aufs letzte Bit.',
    },
    gguf: {
      name: 'GGUF',
      forms: ['GGUF'],
      meaning:
        'Eine Datei mit einem ganzen Modell, oft mit gerundeten Gewichten, wie llama.cpp und LM Studio sie nutzen.',
    },
    safetensors: {
      name: 'safetensors',
      forms: ['safetensors'],
      meaning: 'Die übliche Datei für Gewichte. Sie enthält Zahlen und nichts, was laufen könnte.',
    },
  }),
  guide: translationOf<typeof guideTexts>()({
    title: 'Leitfaden',
    sentence: 'Was auf dem Weg geschieht, und jedes Fachwort in zwei Sätzen.',
    road: 'Der Weg in acht Schritten',
    terms: 'Wörter',
    search: 'Wort suchen',
    none: 'Kein Wort enthält das.',
    keys: 'Tasten',
    keysHelp: 'Befehle und Seiten sind einen Tastendruck entfernt; die Liste zeigt alle Tasten und lässt sie ändern.',
    openKeys: 'Alle Tasten zeigen',
  }),
  actionNames: translationOf<typeof actionNames>()({
    palette: 'Suche und Befehle',
    shortcuts: 'Alle Tasten zeigen',
    goStart: 'Zu allen Projekten',
    goGuide: 'Leitfaden öffnen',
    goSettings: 'Einstellungen öffnen',
    switchTheme: 'Zwischen hell und dunkel wechseln',
    nextStep: 'Zum nächsten Schritt',
    goProject: 'Zum Projekt',
    goModel: 'Zu Modell',
    goTokens: 'Zu Token',
    goTrees: 'Zu Bäume',
    goExamples: 'Zu Beispiele',
    goSft: 'Zu Feinabstimmen',
    goRl: 'Zu Erkunden',
    goCompare: 'Zu Vergleichen',
    goExport: 'Zu Export',
    goQuestions: 'Zu Fragen',
    goPlayground: 'Zur Spielwiese',
    goRuns: 'Zu Läufe',
    startTokens: 'Token hinzufügen …',
    startSearch: 'Bäume wachsen lassen …',
    startExamples: 'Beispiele machen …',
    startSft: 'Feinabstimmen …',
    startRl: 'Erkunden …',
    startEvaluate: 'Auswerten …',
    startExport: 'Exportieren …',
    importModel: 'Modell importieren …',
    importQuestions: 'Fragen importieren …',
    accept: 'Annehmen',
    reject: 'Ablehnen',
    reopen: 'Zurück zu unentschieden',
    edit: 'Schritte bearbeiten',
    diff: 'Zeigen, was eine Bearbeitung änderte',
    undo: 'Letzte Entscheidung zurücknehmen',
    next: 'Nächstes Beispiel',
    previous: 'Voriges Beispiel',
    select: 'Auswählen oder abwählen',
    selectRange: 'Bis hierher auswählen',
    tag: 'Schlagwort hinzufügen',
    search: 'Suchen',
    'class:unclosed-token': 'Fehler: Token nicht geschlossen',
    'class:illegal-order': 'Fehler: unerlaubte Reihenfolge',
    'class:wrong-answer': 'Fehler: falsche Antwort',
    'class:too-long': 'Fehler: zu lang',
    'class:duplicate': 'Fehler: doppelt',
    'class:leaked-question': 'Fehler: durchgesickerte Testfrage',
    'class:other': 'Fehler: etwas anderes',
  }),
  actions: translationOf<typeof actionTexts>()({
    placeholder: 'Seite, Lauf, Projekt oder Befehl eingeben',
    empty: 'Nichts hier heißt so.',
    found: (count: number) => (count === 1 ? '1 Eintrag' : `${count} Einträge`),
    results: 'Was sich öffnen und tun lässt',
    open: 'Suchen',
    groups: {
      here: 'Auf dieser Seite',
      commands: 'Befehle',
      projects: 'Projekte',
      runs: 'Läufe',
      checkpoints: 'Modellstände',
      datasets: 'Beispielsammlungen',
      questionSets: 'Fragensammlungen',
      terms: 'Wörter',
    },
    keysTitle: 'Tasten',
    keysHelp:
      'Ein Klick auf eine Taste wartet auf die, die an ihre Stelle tritt. Tasten wirken außerhalb von Feldern; zwei Tasten werden nacheinander gedrückt.',
    keysReset: 'Zurück zu den mitgelieferten Tasten',
    keysAsDelivered: 'Alle Tasten sind wie mitgeliefert.',
    keyTaken: (key: string, owner: string) => `${key} bedeutet schon „${owner}“.`,
    changeKey: (action: string, key: string) => `${action}: ${key === '' ? 'keine Taste' : key}. Ändern`,
    pressKey: 'Taste drücken',
    noKey: 'keine',
    scopes: { window: 'Überall', project: 'In einem Projekt', review: 'In der Durchsicht' },
  }),
};
