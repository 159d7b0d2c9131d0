import type { JobSpec } from '@contracts/jobs';
import { formatInteger, formatNumber, formatPercent } from '../../lib/format';
import { translationOf } from '../../lib/language';
import { choiceName } from '../../wizards/choices';
import type { SummaryNames } from '../../wizards/definitions';
import { tokenCount } from '../../wizards/texts/definitions.en';
import type { texts } from '../../wizards/texts/en';
import type { previewTexts } from '../../wizards/texts/previews.en';

type Config<K extends JobSpec['kind']> = Extract<JobSpec, { kind: K }>['config'];

const part = (asked: number | null, there: number): number => (asked === null ? there : Math.min(asked, there));

const WHAT_LEARNS: Readonly<Record<Config<'sft'>['method'], string>> = {
  full: 'Alle nicht eingefrorenen Gewichte lernen.',
  lora: 'Kleine Zusatzmatrizen und die neuen Token-Zeilen lernen; der Rest bleibt.',
  rows: 'Die Zeilen der Funktions-Token lernen; alles andere bleibt.',
};

const EVALUATION_SENTENCES: Readonly<Record<Config<'evaluate'>['mode'], string>> = {
  greedy: 'Je eine Antwort, ohne Zufall: beim nächsten Mal dieselbe.',
  samples: 'Je mehrere einzeln geschriebene Antworten, ohne die richtige zu kennen; eine Abstimmung entscheidet.',
  search: 'Je mehrere Antworten durch Baumsuche, ohne die richtige zu kennen; eine Abstimmung entscheidet.',
  both: 'Einmal mit je einer Antwort, einmal durch Baumsuche mit Abstimmung.',
};

function updatesOf(config: Config<'sft'>, examples: number): number {
  const updates = Math.ceil((config.epochs * examples * (1 - config.validationShare)) / config.batchSize);
  return Math.min(config.maxUpdates ?? Infinity, Math.max(config.minUpdates, updates));
}

/** The wizards: their engine, the words of each, and the names of alternatives. */
export const wizards = {
  wizards: translationOf<typeof texts>()({
    thisMachine: 'Dieser Rechner',
    serverGone: (name: string) => `${name} (nicht mehr in den Einstellungen)`,
    addServer: 'Einen Server in den Einstellungen hinzufügen',
    ownSet: (name: string) => `${name} (Ihre)`,
    setGone: (name: string) => `${name} (nicht mehr da)`,
    check: {
      number: 'Geben Sie eine Zahl ein.',
      wholeNumber: 'Geben Sie eine ganze Zahl ein.',
      between: (min: string, max: string) => `Wählen Sie eine Zahl von ${min} bis ${max}.`,
      atLeast: (min: string) => `Wählen Sie ${min} oder mehr.`,
      atMost: (max: string) => `Wählen Sie ${max} oder weniger.`,
      choice: 'Wählen Sie eine der Möglichkeiten.',
      text: 'Geben Sie hier etwas ein.',
      pattern: 'Geben Sie es in der Form ein, die die Hilfe nennt.',
    },
    optional: 'alle',
    paper: (value: string) => `Veröffentlichung: ${value}`,
    changed: 'geändert',
    reset: 'Zurück zum Vorschlag',
    simple: 'Einfach',
    advanced: 'Alles',
    settingsView: 'Welche Einstellungen gezeigt werden',
    changedCount: (count: number) =>
      count === 0 ? 'wie vorgeschlagen' : count === 1 ? '1 Einstellung geändert' : `${count} Einstellungen geändert`,
    on: 'an',
    off: 'aus',
    changedList: 'Vom Vorschlag abweichend',
    nothingChanged: 'Nichts: alle Einstellungen sind wie für dieses Modell vorgeschlagen.',
    changedFrom: (now: string, before: string) => `${now} statt ${before}`,
    resetAll: 'Meine Änderungen zurücknehmen',
    presets: 'Wie gründlich',
    presetCount: (count: number) =>
      count === 0
        ? 'Dieselben Einstellungen wie ausgewogen.'
        : count === 1
          ? '1 Einstellung anders als ausgewogen.'
          : `${count} Einstellungen anders als ausgewogen.`,
    preset: {
      quick: { label: 'Kurzer Blick', help: 'So klein es geht: zeigt, dass alles funktioniert.' },
      balanced: { label: 'Ausgewogen', help: 'Ein gutes Ergebnis für die Zeit auf diesem Rechner.' },
      thorough: { label: 'Gründlich', help: 'Mehr von allem, wenn Zeit ist.' },
      paper: {
        label: 'Wie in der Veröffentlichung',
        help: 'Die veröffentlichten Einstellungen, gemacht für Modelle mit 7 Milliarden Gewichten und viele Grafikkarten.',
      },
    },
    steps: { start: 'Ausgangspunkt', tokens: 'Token', settings: 'Einstellungen', review: 'Prüfen und starten' },
    stepsLabel: 'Schritte',
    back: 'Zurück',
    next: 'Weiter',
    draftKept: 'Ihre Wahl bleibt erhalten, auch wenn Sie diese Seite verlassen.',
    startAgain: 'Von vorn',
    summary: 'Was geschehen wird',
    estimate: 'Was es braucht',
    estimateTime: 'Zeit',
    estimateMemory: 'Speicher',
    estimateDisk: 'Platte',
    hardlyAny: 'kaum etwas',
    ofFree: (free: string) => `von ${free} freien`,
    estimating: 'Rechnet …',
    dryStep: {
      measure: 'Auf diesem Rechner messen',
      again: 'Noch einmal messen',
      help: 'Tut einige Sekunden der wirklichen Arbeit und wirft das Ergebnis weg. Es dauert bis zu einer halben Minute.',
      measuring: 'Misst',
      stop: 'Messen abbrechen',
      measured: (seconds: string, when: string) => `Der Probeschritt dauerte ${seconds}, ${when}.`,
      phases: {
        opening: 'Misst: öffnet das Modell',
        writing: 'Misst: schreibt',
        training: 'Misst: trainiert',
        reading: 'Misst: liest',
        saving: 'Misst: sichert',
      },
    },
    wouldFit: 'Einstellungen, die passen würden:',
    noEstimate: 'Sobald alles gewählt ist, erscheinen hier Zeit, Speicher und Platte.',
    config: 'Einstellungen als Text',
    configHelp:
      'Genau das, was der Lauf bekommt. Kopieren Sie es zum Aufheben, oder fügen Sie Einstellungen eines anderen Laufs ein und übernehmen Sie sie.',
    configApply: 'Diese übernehmen',
    configSave: 'Als Datei sichern',
    configLoad: 'Aus einer Datei laden',
    configBroken: (why: string) => `Das sind keine Einstellungen dieser Stufe: ${why}`,
    configUnknown: (name: string) => `eine Einstellung „${name}“ gibt es nicht.`,
    configNoObject: 'Sie stehen als ein Objekt in geschweiften Klammern.',
    fixFirst: (label: string) => `Bringen Sie erst „${label}“ in Ordnung.`,
    runName: 'Name des Laufs',
    runNameHelp: 'Um ihn wiederzufinden; leer nimmt einen Namen nach dem, was er tut.',
    thenExamples: 'Danach Beispiele aus den Bäumen machen',
    thenExamplesHelp:
      'Gleich nach den Bäumen, mit den vorgeschlagenen Einstellungen. Sie können es auch später tun, mit eigenen.',
    pick: {
      ofRun: (run: string, when: string) => `von ${run}, ${when}`,
      onTheWay: (run: string, step: number) => `von ${run}, unterwegs bei ${step}`,
      checkpoint: 'Modell',
      questionSet: 'Fragen',
      searchRun: 'Bäume von',
      dataset: 'Beispiele',
      chooseCheckpoint: 'Wählen Sie ein Modell.',
      chooseQuestionSet: 'Wählen Sie eine Fragensammlung.',
      chooseSearchRun: 'Wählen Sie den Lauf, der die Bäume wachsen ließ.',
      chooseDataset: 'Wählen Sie eine Beispielsammlung.',
      noCheckpoint: 'Es gibt noch kein Modell.',
      noFittingCheckpoint: 'Noch passt kein Modell hier zu dieser Stufe.',
      noQuestionSet: 'Es gibt noch keine Fragen.',
      noSearchRun: 'Noch sind keine Bäume gewachsen.',
      noDataset: 'Es gibt noch keine Beispiele.',
      importModel: 'Modell importieren',
      importQuestions: 'Fragen importieren',
      growTrees: 'Bäume wachsen lassen',
      makeExamples: 'Beispiele machen',
      addTokens: 'Token hinzufügen',
      withSet: (name: string) => `mit den Token von „${name}“`,
      withTokens: 'mit Funktions-Token',
      withoutTokens: 'ohne Funktions-Token',
      missing: 'seine Dateien sind weg',
      needsTokens: 'braucht erst die Funktions-Token',
      hasTokens: 'hat die Funktions-Token schon',
      questions: (count: string, role: string) => `${count}, für ${role}`,
      roles: { train: 'das Lernen', validation: 'die Auswahl', test: 'das Testen' },
      noAdapter:
        'Dieses Modell wurde nicht mit LoRA trainiert und hat keinen Adapter: exportieren Sie es verschmolzen.',
      testWarning:
        'Diese Fragen sind zum Testen zurückgehalten. Auf ihnen zu trainieren machte den Vergleich wertlos; nehmen Sie lieber eine Lernsammlung.',
      judge: 'Richter über Schritte',
      noJudge: 'Noch wurde kein Prozess-Belohnungsmodell trainiert.',
      trainJudge: 'Richter trainieren',
      without: 'Keiner',
      marks: 'Marken der Durchsicht',
      withoutMarks: 'Die Bäume allein sagen, welche Schritte gut sind.',
      withoutJudge: 'Allein richtige und falsche Antworten entscheiden.',
      trees: (count: string) => count,
      accepted: (usable: string, total: string) => `${usable} von ${total} angenommen oder unentschieden`,
    },
  }),
  previews: translationOf<typeof previewTexts>()({
    tokens: {
      title: 'Welche Zeile jedes Token bekommt und womit sie beginnt',
      sentence: (tokens: string, rows: string, spare: string, grown: string | null) =>
        `Der Wortschatz hat ${tokens} Token in ${rows} Zeilen. ${spare} der neuen Token nehmen Zeilen, die niemand benutzt; ${grown === null ? 'die Tabelle bleibt, so groß sie ist' : `die Tabelle wächst auf ${grown} Zeilen`}.`,
      tied: 'Es hat geteilte Gewichte: eine Zeile je Token.',
      apart: 'Lesen und Schreiben haben je eine Tabelle: jedes neue Token bekommt in beiden eine Zeile.',
      columns: {
        token: 'Token',
        surface: 'Geschrieben',
        row: 'Zeile',
        start: 'Beginnt als',
        near: 'Nächste gewöhnliche Token',
      },
      meanOf: 'das Mittel von',
      copyOf: 'eine Kopie von',
      wholeMean: 'das Mittel aller Token',
      noise: 'Rauschen, so lang wie eine Zeile im Mittel',
      neighbours: 'Wem die neuen Zeilen nahe sein werden',
      neighboursHelp:
        'Die fünf gewöhnlichen Token, deren Zeilen am ehesten in dieselbe Richtung zeigen (Kosinus). Dafür wird die ganze Einbettung gelesen; nach dem Training zeigt die Seite dieser Stufe sie noch einmal.',
    },
    batch: {
      title: 'Der erste Stapel, Token für Token',
      sentence: (
        examples: string,
        passes: string,
        updates: string,
        trained: string,
        heldOut: string,
        leftOut: string,
      ) =>
        `Das erste von ${updates} nimmt ${examples} in ${passes === '1' ? 'einem Durchgang' : `${passes} Durchgängen`}. ${trained} Beispiele lehren, ${heldOut} sind zurückgehalten, ${leftOut} sind länger als die Grenze und bleiben draußen.`,
      uses: {
        question: { name: 'Frage', meaning: 'gelesen, nie gelehrt' },
        functional: { name: 'Funktions-Token', meaning: 'gelehrt; sein Verlust wird getrennt gezeigt' },
        text: { name: 'Text', meaning: 'gelehrt' },
        masked: { name: 'verdeckt', meaning: 'ein Irrweg: gelesen, nicht gelehrt' },
      },
      padding: 'Auffüllung',
      paddingMeaning: 'füllt eine Zeile auf, kostet Zeit und lehrt nichts',
      padded: (count: number) => `${count} × Auffüllung`,
      row: (place: number, question: string) => `Beispiel ${place}, Frage ${question}`,
      showAll: (count: number) => `Alle ${count} zeigen`,
    },
    reward: {
      title: 'Die Belohnung an gespeicherten Wegen erproben',
      noTrees:
        'In diesem Projekt gibt es noch keine Bäume; lassen Sie einige wachsen, dann lässt sich die Belohnung an ihren Wegen erproben.',
      sentence: (trees: string, settled: string, right: string, wrong: string) =>
        `An Wegen aus ${trees} gespeicherten Bäumen: richtige bekommen im Mittel ${right}, falsche ${wrong}. In ${settled} Bäumen enden alle Wege gleich und lehren nichts.`,
      upset: (share: string) =>
        `In ${share} der Paare aus einem richtigen und einem falschen Weg derselben Frage bekommt der falsche ebenso viel oder mehr. Das Lernen folgte der Belohnung, nicht den Antworten: geben Sie den Schritten weniger Gewicht, oder wählen Sie die geformte oder die Ergebnis-Belohnung.`,
      columns: {
        path: 'Weg',
        inputs: 'Was die Teile sehen',
        answer: 'Antwort',
        steps: 'Schritte',
        form: 'Form',
        length: 'Länge',
        total: 'Summe',
      },
      step: (promise: string, reward: string) => (reward === '' ? promise : `${promise} (${reward})`),
      inputs: (answer: string, verdict: string, form: string, tokens: string) =>
        `${answer}, ${verdict}; ${form}; ${tokens} Token`,
      noAnswer: 'keine Antwort',
      right: 'richtig',
      wrong: (reference: string) => `nicht ${reference}`,
      goodForm: 'in Form',
      badForm: 'verletzt die Grammatik',
    },
  }),
  choices: {
    prompted: 'Gefragt',
    sampled: 'Gezogen',
    uct: 'UCT',
    puct: 'PUCT',
    const: 'Gleichbleibend',
    exp: 'Exponentiell',
    lin: 'Geradlinig',
    paper: 'Wie veröffentlicht',
    code: 'Wie im Programm der Verfasser',
    ours: 'Unsere',
    narrow: 'Schmal',
    step: 'Nur sein erster Schritt',
    tail: 'Alles',
    full: 'Alle Gewichte',
    lora: 'LoRA',
    rows: 'Nur die neuen Zeilen',
    'every-layer': 'Jede lineare Schicht',
    attention: 'Aufmerksamkeit',
    mlp: 'MLP',
    custom: 'Gewählt',
    usual: 'Wie üblich',
    whole: 'Jede Zeile',
    'new-rows': 'Nur neue Zeilen',
    frozen: 'Gar nicht',
    all: 'Alle Gewichte',
    float32: 'Vier Bytes je Wert',
    int8: 'Ein Byte je Wert',
    random: 'Jede Länge',
    'by-length': 'Ähnlich lang',
    matrices: 'Matrizen',
    'linear-layers': 'Matrizen ohne Einbettungen',
    constant: 'Gleichbleibend',
    linear: 'Fällt geradlinig',
    cosine: 'Fällt wie ein Kosinus',
    'reinforce-plus-plus': 'Reinforce++',
    'reinforce-baseline': 'Reinforce mit Grundlinie',
    grpo: 'GRPO',
    'dr-grpo': 'Dr. GRPO',
    rloo: 'RLOO',
    tree: 'Baum',
    independent: 'Unabhängig',
    outcome: 'Ergebnis',
    shaped: 'Geformt',
    minimum: 'Schwächster Schritt',
    algorithm: 'Dem Verfahren',
    greedy: 'Gierig',
    search: 'Suche',
    both: 'Beides',
    spelling: 'Ihre Schreibweise',
    description: 'Ihre Beschreibung',
    cue: 'Ihr Stichwort',
    mean: 'Mittel aller Zeilen',
    merged: 'Verschmolzen',
    adapter: 'Adapter',
    tell: 'Sagen',
    pause: 'Den Lauf anhalten',
    ignore: 'Nicht beobachten',
    samples: 'Stichproben',
    'right-paths': 'Richtige Wege',
    answers: 'Antworten',
    tagged: 'Mit Funktions-Token',
    plain: 'Schlichter Text',
    agreement: 'Übereinstimmung',
    shared: 'Gemeinsam',
    separate: 'Getrennt',
    rollout: 'Bis zur Antwort',
    judge: 'Richter',
    drawn: 'Gezogen',
    probable: 'Wahrscheinlichster zuerst',
    contrast: 'Größter Gegensatz',
    vote: 'Die häufigste',
    'weighted-vote': 'Die häufigste, nach Sicherheit gewichtet',
    'most-confident': 'Die sicherste',
    'best-process': 'Die am besten beurteilte',
    'process-vote': 'Die häufigste, nach Urteil gewichtet',
    work: 'Ohne Planung',
    steps: 'Schritte allein',
    none: 'Keines',
    state: 'Der Zustand',
    surprise: 'Die Überraschung',
    soft: 'Weich',
    hard: 'Hart',
    ppo: 'PPO ohne Kritiker',
    importance: 'Nach Wichtigkeit gewichtet',
    likelihood: 'Nach ihrer Wahrscheinlichkeit',
    masked: 'Ausgelassen',
  },
  wizardWords: {
    tokens: {
      title: 'Token hinzufügen',
      sentence:
        'Neue Einträge kommen in den Wortschatz: ein öffnender und ein schließender für jedes Funktions-Token, die acht aus der Veröffentlichung oder eigene.',
      summary: (config: Config<'tokens'>, names: SummaryNames, spec: Extract<JobSpec, { kind: 'tokens' }>) => [
        `Eine Kopie von „${names.checkpoint}“ bekommt ${tokenCount(spec)} neue Token${spec.tokenSet ? ` aus dem Satz „${spec.tokenSet.name}“` : ''}; das Modell selbst bleibt, wie es ist.`,
        `Ausgangspunkt jeder ${(spec.tokenSet?.tokens ?? []).some(({ start }) => start !== null) ? 'anderen ' : ''}neuen Zeile: ${choiceName(config.initialisation)}, mit etwas Rauschen, damit keine zwei gleich sind.`,
        'Was das Modell ohne die Token schreibt, bleibt dasselbe.',
      ],
    },
    search: {
      title: 'Bäume wachsen lassen',
      sentence:
        'Das Modell versucht viele Wege, jede Frage zu beantworten, Schritt für Schritt. Was es findet, wird zum Lernstoff.',
      blanks:
        'Bäume für {maxQuestions} Fragen mit je {numSimulations} Gängen, nicht tiefer als {maxDepth} Schritte, bei Temperatur {temperature}.',
      summary: (config: Config<'search'>, names: SummaryNames) => {
        const count = part(config.maxQuestions, names.questionCount);
        return [
          `„${names.checkpoint}“ beantwortet ${formatInteger(count)} der ${formatInteger(names.questionCount)} Fragen in „${names.questionSet}“.`,
          `Jede bekommt einen Baum mit ${formatInteger(config.numSimulations)} Gängen: bis zu ${formatInteger(count * config.numSimulations)} Versuche im Ganzen.`,
          'Jede Antwort wird mit der bekannten verglichen, sodass richtige und falsche Zweige unterschieden werden.',
          ...(config.server
            ? [
                `Jede Anfrage wird mit ihrer Frage an „${config.server}“ geschickt; dort werden die Schritte geschrieben.`,
              ]
            : []),
        ];
      },
    },
    examples: {
      title: 'Beispiele machen',
      sentence:
        'Richtige Wege der Bäume werden zu Beispielen, manche mit einem Irrweg, der bemerkt und berichtigt wird.',
      blanks:
        'Nimm bis zu {maxPathsPerQuestion} richtige Wege je Frage, mit bis zu {maxMergesPerPath} berichtigten Irrwegen in einem Weg; lass einen Anteil von {cleanShare} der Beispiele sauber.',
      summary: (config: Config<'examples'>, names: SummaryNames) => [
        `Aus den ${formatInteger(names.treeCount)} Bäumen von „${names.searchRun}“ werden bis zu ${formatInteger(config.maxPathsPerQuestion)} richtige Wege je Frage genommen.`,
        `Etwa ${formatPercent(1 - config.cleanShare)} der Beispiele zeigen einen Irrweg, eine Prüfung, die ihn findet, und die Berichtigung; die übrigen gehen geradeaus.`,
        config.maskWrongTail
          ? 'Falscher Text wird gelesen, aber nicht gelehrt.'
          : 'Auch falscher Text wird gelehrt, wie in der Veröffentlichung.',
        config.contaminationWords > 0
          ? 'Fragen, die zurückgehaltenen Testfragen ähneln, bleiben draußen.'
          : 'Nach Überschneidungen mit Testfragen wird nicht gesucht.',
      ],
    },
    sft: {
      title: 'Feinabstimmen',
      sentence: 'Das Modell lernt, die Beispiele zu schreiben: wann man überlegt, wann man prüft, wie man verbessert.',
      blanks:
        'Geh {epochs} Mal durch die Beispiele, {batchSize} zugleich, mit einer Lernrate von {learningRate}; es lernt: {method}.',
      summary: (config: Config<'sft'>, names: SummaryNames) => [
        `Eine Kopie von „${names.checkpoint}“ lernt aus ${formatInteger(names.exampleCount)} Beispielen von „${names.dataset}“.`,
        `${formatNumber(config.epochs)} Durchgänge in Stapeln zu ${formatInteger(config.batchSize)}: etwa ${formatInteger(updatesOf(config, names.exampleCount))} Updates.`,
        `${formatPercent(config.validationShare)} der Fragen werden zurückgehalten, um zu sehen, ob es lernt oder sich nur erinnert.`,
        WHAT_LEARNS[config.method],
      ],
    },
    prm: {
      title: 'Richter trainieren',
      sentence:
        'Eine Kopie des Modells lernt aus den Bäumen, welche Schritte zu richtigen Antworten führen: ein Prozess-Belohnungsmodell.',
      blanks:
        'Geh {epochs} Mal durch die Gänge, {batchSize} zugleich, mit einer Lernrate von {learningRate}; Wert eines Schritts: {labels}.',
      summary: (config: Config<'prm'>, names: SummaryNames) => [
        `Eine Kopie von „${names.checkpoint}“ bekommt einen zweiten Kopf und lernt aus den ${formatInteger(names.treeCount)} Bäumen von „${names.searchRun}“.`,
        config.labels === 'soft'
          ? 'Ein Schritt ist den Anteil richtiger Antworten unter den Gängen wert, die durch ihn gingen.'
          : 'Ein Schritt ist gut, wenn irgendein Gang durch ihn zu einer richtigen Antwort kam.',
        `${formatPercent(config.validationShare)} der Fragen sind zurückgehalten; an ihnen wird sein Urteil gemessen: ROC und Kalibrierung.`,
      ],
    },
    rl: {
      title: 'Erkunden',
      sentence: 'Das Modell erkundet eigene Wege; die zu richtigen Antworten führen, werden gestärkt.',
      blanks:
        'Erkunde {questionsPerIteration} Fragen mit je {pathsPerQuestion} Wegen, {iterations} Runden lang, Belohnung: {reward}; bleib nahe am feinabgestimmten Modell (KL {klCoefficient}).',
      summary: (config: Config<'rl'>, names: SummaryNames) => [
        `Eine Kopie von „${names.checkpoint}“ erkundet ${config.maxQuestions === null ? 'alle' : formatInteger(part(config.maxQuestions, names.questionCount))} Fragen von „${names.questionSet}“.`,
        `${formatInteger(config.iterations)} Runden mit je ${formatInteger(config.questionsPerIteration * config.pathsPerQuestion)} Wegen: ${formatInteger(config.iterations * config.questionsPerIteration * config.pathsPerQuestion)} Versuche im Ganzen.`,
        `${choiceName(config.algorithm)} lernt daraus; ein KL-Gewicht von ${formatNumber(config.klCoefficient)} hält es nahe an seinem Anfang.`,
        config.evaluateQuestions > 0
          ? `Alle ${formatInteger(config.evaluateEvery)} Runden beantwortet es ${formatInteger(config.evaluateQuestions)} Fragen, auf denen es nie lernt.`
          : 'Unterwegs wird nichts gemessen.',
      ],
    },
    evaluate: {
      title: 'Auswerten',
      sentence:
        'Ein Modellstand beantwortet Fragen, die er nicht gesehen hat; der Anteil richtiger Antworten wird mit seinem Intervall festgehalten.',
      blanks: 'Stelle {maxQuestions} Fragen, Antwortweise {mode}, höchstens {maxNewTokens} Token je Antwort.',
      summary: (config: Config<'evaluate'>, names: SummaryNames) => [
        `„${names.checkpoint}“ beantwortet ${formatInteger(part(config.maxQuestions, names.questionCount))} Fragen von „${names.questionSet}“.`,
        EVALUATION_SENTENCES[config.mode],
        config.responsePrefix === ''
          ? 'Es wird gefragt, wie es trainiert wurde.'
          : `Seine Antwort wird mit „${config.responsePrefix}“ begonnen.`,
      ],
    },
    export: {
      title: 'Exportieren',
      sentence: 'Ein Ordner wird geschrieben, den transformers und andere Programme laden, wie er ist.',
      summary: (config: Config<'export'>, names: SummaryNames) => [
        config.form === 'merged'
          ? `„${names.checkpoint}“ wird als ganzes Modell mit seinen hinzugefügten Token geschrieben.`
          : `Nur was LoRA zu „${names.checkpoint}“ hinzufügte, wird geschrieben, über das Grundmodell zu legen.`,
        `Zahlen werden als ${config.dtype} gespeichert${config.dtype === 'F32' ? ', Bit für Bit' : ', halb so groß'}.`,
        config.modelCard
          ? 'Eine Modellkarte erzählt, woher es kommt und wie gut es ist.'
          : 'Es wird keine Modellkarte geschrieben.',
      ],
    },
  },
};
