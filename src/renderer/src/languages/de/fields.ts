/** Settings of the stages: label and help by the name in the schema, units only where they are words. */
interface Words {
  readonly label: string;
  readonly help: string;
  readonly unit?: string;
  readonly paper?: string;
}

const THREADS: Words = {
  label: 'Rechenfäden',
  help: 'Mit wie vielen dieser Lauf rechnet; leer: was die Einstellungen sagen.',
  unit: 'Fäden',
};
const PRECISION: Words = {
  label: 'Genauigkeit beim Schreiben',
  help: 'fp32 schreibt genau, was das Modell schreiben würde. int8 ist zwei- bis viermal so schnell, int4 am schnellsten bei einer einzelnen Antwort; beide ändern einige Wörter, und Antworten hängen dann ein wenig davon ab, was daneben geschrieben wird.',
};

/** What SFT and RL have in common. */
const learning = {
  method: {
    label: 'Was lernt',
    help: 'Alle Gewichte: am besten für kleine Modelle. LoRA: kleine Zusatzmatrizen und die neuen Token-Zeilen, für größere. Neue Zeilen: allein die der Funktions-Token.',
    paper: 'alle Gewichte',
  },
  loraRank: { label: 'LoRA-Rang', help: 'Breite der Zusatzmatrizen.' },
  loraAlpha: { label: 'LoRA-Alpha', help: 'Stärke; geteilt durch den Rang.' },
  loraRankStabilised: {
    label: 'LoRA durch Wurzel des Rangs',
    help: 'Teilt Alpha durch √Rang (rsLoRA), damit große Ränge nicht langsamer lernen.',
  },
  loraTargets: {
    label: 'LoRA setzt an',
    help: 'Weniger Schichten brauchen weniger Speicher und Zeit und lernen weniger. „Gewählt“ nimmt die, die Sie nennen.',
  },
  loraLayers: {
    label: 'Gewählte LoRA-Schichten',
    help: 'Einige von q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, durch Kommas getrennt.',
  },
  embeddings: {
    label: 'Einbettungen lernen',
    help: 'Üblich: jede Zeile, wenn alles lernt; mit LoRA die Zeilen der Funktions-Token. Eingefrorene Zeilen neuer Token bleiben, wie sie begannen.',
  },
  frozenBlocks: {
    label: 'Erste Blöcke eingefroren',
    help: 'Diese bleiben, wie sie sind, und brauchen keinen Speicher zum Lernen; mit eingefrorenen Einbettungen endet auch der Rückwärtsgang über ihnen.',
    unit: 'Blöcke',
  },
  frozenNorms: { label: 'Normen eingefroren', help: 'Die Normen bleiben, wie sie sind.' },
  frozenNames: {
    label: 'Nach Namen eingefroren',
    help: 'Tensornamen, durch Kommas getrennt; * steht für Beliebiges, wie in model.layers.*.mlp.*.',
  },
  beta1: { label: 'Adam β₁', help: 'Gedächtnis für die Richtung.' },
  beta2: { label: 'Adam β₂', help: 'Gedächtnis für die Größe.' },
  clipNorm: { label: 'Grenze des Gradienten', help: 'Ein größerer Gradient wird auf diese Länge verkürzt.' },
  decayOf: {
    label: 'Gewichtsabnahme auf',
    help: 'Alle Gewichte, nur Matrizen (keine Normen und Verschiebungen) oder Matrizen ohne Einbettungen.',
    paper: 'Matrizen',
  },
  microBatchTokens: {
    label: 'Token je Durchgang',
    help: 'Ein Stapel wird in Durchgänge von höchstens so vielen Token geteilt, Auffüllung mitgezählt. Leer: so viele, wie der freie Speicher erlaubt.',
    unit: 'Token',
  },
  checkpointing: {
    label: 'Blöcke neu rechnen',
    help: 'Weniger vom Vorwärtsgang zu behalten braucht etwa die Hälfte des Speichers und ein Fünftel mehr Zeit. Auto: nur wo der freie Speicher es verlangt.',
  },
  moments: {
    label: 'Gedächtnis des Optimierers',
    help: 'Ein Byte je Wert statt vier macht den Anteil des Optimierers am Speicher ein Viertel so groß; der Verlust auf zurückgehaltenen Zeilen war dafür in drei Versuchen mit frischen Gewichten 1 bis 4 % höher.',
  },
  averageDecay: {
    label: 'Gewichte mitteln',
    help: 'Abklingen eines laufenden Mittels der Gewichte (EMA), etwa 0,99; vier Bytes mehr je lernendes Gewicht. 0 behält keines.',
  },
  writeAverage: {
    label: 'Der Modellstand ist das Mittel',
    help: 'Wo gemittelt wird: das Mittel schreiben statt der letzten Gewichte.',
  },
  packing: {
    label: 'Kurze Beispiele teilen sich Zeilen',
    help: 'Füllt den Platz hinter kürzeren Folgen mit weiteren, die einander nicht sehen. Dieselben Zahlen, weniger Auffüllung.',
  },
  checkpointEvery: {
    label: 'Sichern alle',
    help: 'Ein abgebrochener Lauf geht von der letzten Sicherung weiter.',
    unit: 'Updates',
  },
  onCollapse: {
    label: 'Wenn das Lernen schiefgeht',
    help: 'Die Zahlen werden darauf beobachtet, wie ein Zusammenbruch aussieht: ein Token nimmt überhand, das Modell läuft vom Anfang weg, Wege ohne Signal, Zahlen, die keine sind.',
  },
  keepBest: {
    label: 'Das Beste unterwegs aufheben',
    help: 'Schreibt einen Modellstand, sooft die Messung auf Zurückgehaltenem besser ist als zuvor, anstelle des letzten solchen: wohin ein Lauf zurückgerollt werden kann.',
  },
  threads: THREADS,
} satisfies Readonly<Record<string, Words>>;

/** How the walks of a tree choose their way; of searching and of exploring. */
const choosing = {
  selectionRule: {
    label: 'Auswahlregel',
    help: 'UCT wägt Wert gegen Besuche; PUCT wägt auch, wie wahrscheinlich das Modell einen Schritt findet.',
  },
  explorationSchedule: {
    label: 'Erkundung mit der Zeit',
    help: 'Gleichbleibend, exponentiell auf ein Zehntel fallend oder geradlinig auf ein Zehntel fallend.',
    paper: 'gleichbleibend',
  },
  slotOrder: {
    label: 'Reihenfolge der unversuchten Token',
    help: 'Bei der Suche mit Funktions-Token. Gezogen: zufällig nach der Verteilung des Modells; die Wahrscheinlichkeit wird vermerkt, damit das Erkunden sie ausgleichen kann. Wahrscheinlich: immer der wahrscheinlichste zuerst.',
    paper: 'wahrscheinlich',
  },
} satisfies Readonly<Record<string, Words>>;

/** Fine-tuning; a judge of steps learns with most of the same settings. */
const fineTuning = {
  ...learning,
  form: {
    label: 'Form der Antwort',
    help: 'Mit Token: jeder Schritt in seinem Funktions-Token. Schlicht: nur die Texte, Zeile für Zeile, zum Vergleich; das kann jedes Modell lernen.',
  },
  loraDropout: {
    label: 'LoRA-Dropout',
    help: 'Anteil der Eingänge jedes Adapters, der in jedem Update ausgelassen wird; etwas hilft gegen das Auswendiglernen weniger Beispiele und kostet Zeit.',
  },
  precision: {
    label: 'Genauigkeit des Lernens',
    help: 'int8 rechnet die Produkte der linearen Schichten in 8 Bit, vorwärts und für die Gradienten ihrer Eingänge; was lernt, bleibt float32. Braucht zwei Byte mehr je Gewicht. Der Verlust von LoRA blieb über 200 Schritte bei zwei Startzahlen innerhalb von 1 % des Verlusts mit float32; ganzes Lernen wurde nicht durchgehend verglichen.',
  },
  learningRate: {
    label: 'Lernrate',
    help: 'Schrittweite. Große Modelle wollen weniger (7e-6 bei 7B), winzige mehr (5e-4 bei 2M), LoRA etwa 2e-4.',
  },
  schedule: {
    label: 'Rate mit der Zeit',
    help: 'Wie die Lernrate nach dem Anlauf fällt.',
    paper: 'gleichbleibend',
  },
  finalRateShare: { label: 'Rate am Ende', help: 'Als Anteil der vollen Rate.', unit: '× Rate' },
  warmupUpdates: {
    label: 'Anlauf',
    help: 'Updates, in denen die Rate von null steigt; höchstens ein Fünftel aller.',
    unit: 'Updates',
  },
  warmupShare: {
    label: 'Anlauf als Anteil',
    help: 'An allen Updates; der längere der beiden Anläufe gilt.',
    unit: 'der Updates',
  },
  epochs: {
    label: 'Durchgänge durch die Beispiele',
    help: 'Mehr lernen die Form besser und wiederholen den Inhalt mehr.',
  },
  minUpdates: {
    label: 'Mindestens',
    help: 'Fügt Durchgänge hinzu, bis so viele Updates gemacht sind: weniger als etwa 120 sind zu wenig, um einem winzigen Modell die Token beizubringen.',
    unit: 'Updates',
  },
  maxUpdates: { label: 'Höchstens', help: 'Hört dort auf, was immer die Durchgänge sagen.', unit: 'Updates' },
  batchSize: {
    label: 'Beispiele je Update',
    help: 'Größer ist ruhiger und macht weniger Updates aus denselben Daten.',
    unit: 'Beispiele',
  },
  grouping: {
    label: 'Längen in einem Update',
    help: 'Zufällig, oder ähnlich lang, was weniger auffüllt; welche Längen wann kommen, bleibt zufällig.',
  },
  maxTokens: { label: 'Längstes Beispiel', help: 'Längere bleiben draußen und werden gezählt.', unit: 'Token' },
  weightDecay: { label: 'Gewichtsabnahme', help: 'Zug der Matrizen gegen null.' },
  newRowRate: {
    label: 'Rate der neuen Zeilen',
    help: 'Die Zeilen der Funktions-Token lernen am Anfang so viel schneller.',
    unit: '× Rate',
  },
  newRowUpdates: { label: 'Neue Zeilen schneller für', help: 'Danach lernen sie wie der Rest.', unit: 'Updates' },
  validationShare: {
    label: 'Zurückgehalten',
    help: 'Anteil der Fragen, deren Beispiele nur messen.',
    unit: 'der Fragen',
  },
  validateEvery: {
    label: 'Messen alle',
    help: 'Verlust auf den zurückgehaltenen Beispielen, Funktions-Token getrennt.',
    unit: 'Updates',
  },
  seed: { label: 'Startzahl', help: 'Reihenfolge der Beispiele.' },
};

function without<T extends object>(words: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(words).filter(([name]) => !names.includes(name))) as Partial<T>; // entries of `words`
}

export const fields = {
  'fields.tokens': {
    initialisation: {
      label: 'Anfangswert der neuen Zeilen',
      help: 'Mittel der Stücke der schlichten Schreibweise, der Beschreibung, des Stichworts, das das Verhalten schon hervorruft, oder des ganzen Wortschatzes. Ein Token kann für sich etwas anderes sagen.',
      paper: 'nicht angegeben',
    },
    promptSet: {
      label: 'Prompt-Satz mit den Stichworten',
      help: 'Woher die Stichworte kommen, wenn die Zeilen von Stichworten ausgehen.',
    },
    relativeNoise: {
      label: 'Rauschen',
      help: 'Streuung auf jeder neuen Zeile, im Verhältnis zu ihrer Länge, damit keine zwei gleich sind.',
      unit: '× Zeilenlänge',
    },
    padToMultiple: {
      label: 'Zeilen aufrunden auf',
      help: 'Die Einbettung wächst auf ein Vielfaches dieser Zahl, wenn sie wachsen muss.',
      unit: 'Zeilen',
    },
    seed: { label: 'Startzahl', help: 'Dieselbe Startzahl ergibt dieselben Zeilen.' },
  },
  'fields.search': {
    server: {
      label: 'Wo das Modell läuft',
      help: 'Auf diesem Rechner, oder auf einem Server aus den Einstellungen, der statt seiner die Schritte schreibt: dann wird jede Anfrage mit ihrer Frage dorthin geschickt. Das gewählte Modell gibt den Anfragen ihre Form.',
    },
    expander: {
      label: 'Wer den nächsten Schritt vorschlägt',
      help: 'Gefragt: ein Prompt für jede Art Schritt, für jedes Instruct-Modell. Gezogen: das Modell wählt unter seinen Funktions-Token.',
    },
    promptSet: {
      label: 'Prompt-Satz',
      help: 'Fasst die Bitte um jede Art Schritt in Worte. Unten können Sie die Prompts lesen, ändern und an einer Frage ausprobieren.',
    },
    maxQuestions: {
      label: 'Fragen',
      help: 'Bäume wachsen für so viele erste Fragen der Sammlung; leer: für alle.',
      unit: 'höchstens',
      paper: 'etwa 1.200',
    },
    numSimulations: {
      label: 'Simulationen',
      help: 'Gänge von der Frage zu einer Antwort in jedem Baum. Mehr finden mehr richtige Antworten und kosten entsprechend Zeit.',
      unit: 'je Frage',
    },
    maxDepth: {
      label: 'Tiefengrenze',
      help: 'Längster Weg in Schritten; der letzte Schritt darf nur noch antworten.',
      unit: 'Schritte',
      paper: '15 für Daten, 18 beim RL',
    },
    temperature: {
      label: 'Temperatur',
      help: 'Höher schreibt abwechslungsreichere Schritte. Sehr kleine Modelle sind bei 0,5 besser.',
      paper: '0,7 für Daten, 0,95 beim RL',
    },
    ...choosing,
    stepValues: {
      label: 'Wert eines unfertigen Weges',
      help: 'Bis zur Antwort: ein Gang geht weiter bis zu einer Antwort, deren Wert zählt. Richter: ein Prozessbelohnungsmodell sagt, wie viel der neue Schritt verspricht, und der Gang kehrt dort um; Gänge sind dann kürzer, also mehr davon vorsehen.',
      paper: 'bis zur Antwort',
    },
    explorationWeight: {
      label: 'Erkundungsgewicht',
      help: 'c der Auswahlregel: höher sieht sich weniger besuchte Zweige an.',
      paper: '2 im Programm',
    },
    children: {
      label: 'Kinder eines Schritts',
      help: 'Veröffentlichung: 9, 7, 5, 3 oder 5 je nach Art. Schmal: eines von jeder Art, zwei nächste Schritte.',
    },
    lazySiblings: {
      label: 'Nur das gewählte Kind schreiben',
      help: 'Geschwister werden geschrieben, wenn ein Gang sie zum ersten Mal erreicht: derselbe Baum für einen Bruchteil der Zeit.',
      paper: 'aus',
    },
    avoidDirectAnswer: {
      label: 'Frühe Antworten meiden',
      help: 'Ein Gang nimmt eine direkte Antwort nur, wo sonst nichts übrig ist.',
      paper: 'nur bei langen',
    },
    rootDirectAnswer: {
      label: 'Direkte Antwort von der Frage aus',
      help: 'Erlaubt schon dem ersten Schritt, gleich zu antworten.',
      paper: 'an für Daten, aus beim RL',
    },
    maxStepTokens: {
      label: 'Längster Schritt',
      help: 'Ein längerer Schritt wird abgeschnitten und gilt als misslungen.',
      unit: 'Token',
    },
    maxAnswerTokens: {
      label: 'Längste direkte Antwort',
      help: 'Wie oben, für Schritte, die die ganze Lösung beenden.',
      unit: 'Token',
      paper: '4.096 für Daten, 1.024 beim RL',
    },
    minPrior: {
      label: 'Kleinste erkundete Wahrscheinlichkeit',
      help: 'Die gezogene Suche lässt Funktions-Token aus, die das Modell weniger wahrscheinlich findet, außer es bliebe keines.',
    },
    maxPathTokens: {
      label: 'Längster Weg',
      help: 'Frage und Schritte zusammen; ein Weg, der darüber wächst, wird abgeschnitten.',
      unit: 'Token',
    },
    concurrentTrees: {
      label: 'Bäume zugleich',
      help: 'Bäume, die nebeneinander wachsen und sich jeden Rechenschritt teilen. Mehr ist schneller und braucht mehr Speicher.',
      unit: 'Bäume',
    },
    concurrentWalks: {
      label: 'Gänge zugleich in einem Baum',
      help: 'Gänge eines Baums nebeneinander, durch gedachte Besuche getrennt. Mehr füllt die Stapel besser und sucht etwas weniger scharf.',
    },
    responsePrefix: {
      label: 'Anfang der Antwort',
      help: 'Text, mit dem jede ganze Antwort beginnt, um das Modell auf seine beste Art zu fragen.',
    },
    threads: THREADS,
    decodePrecision: PRECISION,
    seed: { label: 'Startzahl', help: 'Dieselbe Startzahl und dasselbe Modell ergeben dieselben Bäume.' },
  },
  'fields.examples': {
    content: {
      label: 'Was die Beispiele enthalten',
      help: 'Verschmolzen: richtige Wege mit Irrwegen, Prüfungen und Berichtigungen. Richtige Wege: wie sie gefunden wurden, wie beim Auswahlverfahren. Antworten: nur die richtige Antwort jeder Frage; beides zum Vergleich.',
    },
    selection: {
      label: 'Welche Paare von Wegen',
      help: 'Unsere: mehrere verschiedene richtige Wege einer Frage, jeder mit dem sprechendsten Irrweg. Veröffentlichung: bester richtiger und schlechtester falscher. Programm: wie das Skript der Verfasser sortiert, mit den richtigen Wegen seiner übrigen Rollen. Größter Gegensatz: der richtige und der falsche Weg, deren Prozesswerte am weitesten auseinanderliegen.',
      paper: 'Veröffentlichung',
    },
    stepKinds: {
      label: 'Arten von Schritten',
      help: 'Alle acht. Ohne Planung: Schritte, die nur wiederholen, planen oder fragen, bleiben aus den Wegen. Schritte allein: auch keine Prüfungen und Berichtigungen. Um zu sehen, was die Zahl der Funktions-Token ausmacht.',
      paper: 'alle',
    },
    promptSet: {
      label: 'Prompt-Satz',
      help: 'Fasst die Bitte in Worte, mit der das Modell nach dem Fehler in einem Irrweg gefragt wird.',
    },
    maxPathsPerQuestion: {
      label: 'Richtige Wege je Frage',
      help: 'Verschieden in der Folge ihrer Schritte; verhindert, dass leichte Fragen die Sammlung füllen.',
      unit: 'höchstens',
    },
    maxMergesPerPath: {
      label: 'Irrwege je Weg',
      help: 'Aus jedem wird ein falscher Schritt, seine Prüfung und seine Berichtigung.',
      unit: 'höchstens',
    },
    maxTreeDistance: {
      label: 'Abstand eines Paars im Baum',
      help: 'Kanten von beiden Enden bis dahin, wo die Wege sich trennen, zusammen.',
      unit: 'Kanten, höchstens',
      paper: 'weniger als 4',
    },
    minSharedSteps: {
      label: 'Gemeinsame Schritte vor der Trennung',
      help: 'Außer der Frage.',
      unit: 'Schritte, mindestens',
    },
    cleanShare: {
      label: 'Anteil sauberer Beispiele',
      help: 'Von Anfang bis Ende richtig. Ohne sie lernt das Modell, jede Antwort müsse erst falsch sein.',
      paper: 'nicht angegeben',
    },
    confirmedShare: {
      label: 'Saubere Beispiele mit Prüfung',
      help: 'Anteil der sauberen, die eine Prüfung bekommen, die den Schritt richtig findet.',
      paper: 'nicht angegeben',
    },
    confirmProbability: {
      label: 'Prüfungen je richtigem Schritt',
      help: 'Wie oft ein richtiger Schritt eines solchen oder eines berichtigten Beispiels geprüft wird.',
    },
    wrongTailScope: {
      label: 'Wie viel vom Irrweg',
      help: 'Nur sein erster Schritt oder alles bis zu seiner falschen Antwort.',
      paper: 'alles',
    },
    rewrites: {
      label: 'Schritte neu geschrieben',
      help: 'Wo der Baum zu wenige Irrwege hat, wird jeder Schritt eines richtigen Wegs so oft neu geschrieben; was eine Prüfung falsch findet, wird eingefügt. Nur mit Prompt-Sätzen, deren Prüfungen mit einem Urteil enden.',
      unit: 'Mal',
    },
    maskWrongTail: {
      label: 'Falschen Text nicht lehren',
      help: 'Das Modell liest den Irrweg, lernt aber nicht, ihn zu schreiben.',
      paper: 'aus',
    },
    verifyTries: {
      label: 'Versuche für eine Prüfung',
      help: 'Prüfungen, die nichts sagen oder den falschen Schritt richtig finden, werden neu geschrieben.',
      unit: 'höchstens',
    },
    verifyTemperature: { label: 'Temperatur der Prüfungen', help: 'Des Textes, der den Fehler nennt.' },
    verifyMaxTokens: { label: 'Längste Prüfung', help: 'Eine längere Prüfung wird abgewiesen.', unit: 'Token' },
    verifyMinOverlap: {
      label: 'Gemeinsame Wörter mit dem Fehler',
      help: 'Kleinster Anteil ihrer Wörter, den auch der falsche Schritt hat; eine Prüfung über anderes wird abgewiesen.',
    },
    maxTokens: { label: 'Längstes Beispiel', help: 'Frage und Antwort zusammen.', unit: 'Token' },
    contaminationWords: {
      label: 'Überschneidung mit Testfragen',
      help: 'Eine Frage, die so viele Wörter in Folge mit einer zurückgehaltenen teilt, bleibt draußen; 0 schaltet das ab.',
      unit: 'Wörter',
    },
    threads: THREADS,
    seed: { label: 'Startzahl', help: 'Dieselbe Startzahl und dieselben Bäume ergeben dieselben Beispiele.' },
  },
  'fields.sft': fineTuning,
  'fields.prm': {
    ...without(fineTuning, ['form', 'loraDropout', 'precision', 'newRowRate', 'newRowUpdates']),
    labels: {
      label: 'Was ein Schritt wert ist',
      help: 'Weich: der Anteil richtiger Antworten unter den Gängen, die durch ihn gingen. Hart: ob einer von ihnen zu einer richtigen Antwort kam.',
    },
    basis: {
      label: 'Wonach der Richter geht',
      help: 'Der Zustand: was ein neuer Kopf am Ende eines Schritts aus dem Zustand des Modells liest, während das Modell urteilen lernt. Die Überraschung: das Modell bleibt, wie es ist; der Kopf, und wie wahrscheinlich das Modell die Worte der Schritte findet, sagen zusammen, wie gut sie sind. Besser für kleine Modelle.',
      paper: 'der Zustand',
    },
    stepsFile: {
      label: 'Weitere beurteilte Schritte',
      help: 'Pfad einer JSONL-Datei von Math-Shepherd, PRM800K oder PRMBench, aus der neben den Bäumen gelernt wird; leer: keine.',
    },
    testFile: {
      label: 'Beurteilte Schritte zum Messen',
      help: 'Pfad einer solchen Datei, aus der nie gelernt wird; ihre ROC und Kalibrierung stehen neben denen der zurückgehaltenen Bäume.',
    },
    headRate: {
      label: 'Rate des neuen Kopfs',
      help: 'Der urteilende Kopf beginnt bei nichts und lernt so viel schneller.',
    },
  },
  'fields.rl': {
    ...learning,
    responsePrefix: {
      label: 'Anfang der Antwort',
      help: 'Text, mit dem jede Antwort beginnt, um ein Modell ohne Funktions-Token auf seine beste Art zu erkunden.',
    },
    constrained: {
      label: 'An die Grammatik halten',
      help: 'Nur erlaubte Funktions-Token werden erkundet. Aus, zum Vergleich: das Modell darf schreiben, was es will.',
    },
    klTarget: {
      label: 'KL-Ziel',
      help: 'Passt β an: verdoppelt, wenn das Modell weiter gegangen ist, halbiert, wenn es sich kaum bewegt hat. Leer behält β; 0,05 ist ein guter Anfang.',
    },
    chosenTokens: {
      label: 'Von der Suche gewählte Token',
      help: 'Die Suche, nicht das Modell, wählt die Funktions-Token eines Baums. Wichtigkeit: danach gewichten, wie wahrscheinlich das Modell sie fand. Wahrscheinlichkeit: aus ihnen lernen, ohne ein Verhältnis zu kappen. Verdeckt: nicht aus ihnen lernen.',
    },
    algorithm: {
      label: 'Verfahren',
      help: 'Wie aus Belohnungen Vorteile werden und wie der Verlust gebildet wird.',
    },
    exploration: {
      label: 'Erkundung',
      help: 'Baum: Funktions-Token verzweigen von gemeinsamen Anfängen. Unabhängig: jede Antwort wird für sich gezogen.',
      paper: 'Baum',
    },
    maxQuestions: {
      label: 'Fragenvorrat',
      help: 'Erkundet werden so viele erste Fragen der Sammlung; leer: alle.',
      unit: 'höchstens',
    },
    iterations: {
      label: 'Runden',
      help: 'Jede erkundet einige Fragen und bringt das Modell weiter.',
      paper: 'etwa 250',
    },
    questionsPerIteration: { label: 'Fragen', help: 'In jeder Runde erkundete Fragen.', unit: 'je Runde' },
    pathsPerQuestion: {
      label: 'Wege',
      help: 'Antworten je Frage. 256 Wege je Runde im Ganzen sind ein guter Anfang.',
      unit: 'je Frage',
    },
    pathsPerUpdate: {
      label: 'Wege je Update',
      help: 'Eine Runde macht so viele Updates, wie ihre Wege füllen.',
      unit: 'Wege',
    },
    reward: {
      label: 'Belohnung',
      help: 'Ergebnis: richtig oder falsch. Geformt: auch für Schritte, die die Aussicht auf eine richtige Antwort heben, ohne Länge zu bezahlen. Schwächster Schritt: auch für den am wenigsten versprechenden Schritt eines Weges. Veröffentlichung und Programm: wie veröffentlicht.',
      paper: 'Veröffentlichung',
    },
    shapingWeight: {
      label: 'Gewicht der Schritte',
      help: 'η der geformten Belohnung und der für den schwächsten Schritt.',
    },
    wrongReward: {
      label: 'Belohnung einer falschen Antwort',
      help: 'Eine Antwort in richtiger Form, aber falsch; keine Antwort bekommt 0, eine richtige 1.',
    },
    formatWeight: { label: 'Gewicht der Form', help: 'Abzug, wenn die Schritte die Grammatik verletzen.' },
    lengthWeight: {
      label: 'Gewicht der Länge',
      help: 'Anteiliger Abzug für Token jenseits der weichen Grenze.',
    },
    lengthSoftLimit: {
      label: 'Weiche Längengrenze',
      help: 'Kürzere Antworten werden nie bestraft.',
      unit: 'Token',
    },
    advantage: {
      label: 'Vorteil aus',
      help: 'Dem Verfahren, oder dem Baum: wie sehr jeder Schritt den Anteil richtiger Antworten unter ihm ändert.',
      paper: 'dem Verfahren',
    },
    gamma: { label: 'Abzinsung γ', help: '1 zählt späte Belohnungen ganz.' },
    clipLow: {
      label: 'Kappen nach unten',
      help: 'Wie weit die Wahrscheinlichkeit eines Tokens in einer Runde fallen darf, bevor sein Gradient endet.',
    },
    clipHigh: { label: 'Kappen nach oben', help: 'Dasselbe für einen Anstieg.' },
    klCoefficient: {
      label: 'KL-Gewicht β',
      help: 'Wie fest das Modell bei dem gehalten wird, womit RL begann. 0 schaltet es ab.',
    },
    klEstimator: {
      label: 'KL-Schätzer',
      help: 'Wie der Abstand aus gezogenen Token geschätzt wird.',
    },
    importanceCap: {
      label: 'Grenze der Wichtigkeitsgewichte',
      help: 'Funktions-Token wählt die Suche, nicht das Modell; ihr Gewicht gleicht das bis zu diesem Faktor aus.',
      paper: 'kein Ausgleich',
    },
    skipSettled: {
      label: 'Entschiedene Fragen auslassen',
      help: 'Fragen, deren Wege alle gleich enden, lehren nichts und bleiben draußen.',
      paper: 'aus',
    },
    settledAfter: {
      label: 'Eine Frage aufgeben nach',
      help: 'Wenn so viele Wege alle gleich geendet haben, werden ihre übrigen Wege gespart: Zeit für mehr Fragen. Leer erkundet alle Wege.',
      unit: 'gleichen Wegen',
      paper: 'nie',
    },
    learningRate: {
      label: 'Lernrate',
      help: 'Große Modelle wollen weniger (5e-7 bei 7B); winzige 1e-4 bis 2e-4, nie 8e-4; LoRA etwa 5e-5.',
    },
    schedule: {
      label: 'Rate mit der Zeit',
      help: 'Wie die Lernrate nach dem Anlauf fällt.',
      paper: 'wie ein Kosinus',
    },
    finalRateShare: { label: 'Rate am Ende', help: 'Als Anteil der vollen Rate.', unit: '× Rate' },
    warmupUpdates: {
      label: 'Anlauf in Updates',
      help: 'Der längere der beiden Anläufe gilt.',
      unit: 'Updates',
    },
    warmupShare: { label: 'Anlauf', help: 'Anteil der Updates, in denen die Rate steigt.' },
    weightDecay: { label: 'Gewichtsabnahme', help: 'Zug der Matrizen gegen null.' },
    temperature: {
      label: 'Temperatur',
      help: 'Der Erkundung. Sehr kleine Modelle sind bei 0,5 bis 0,7 besser als bei 1.',
      paper: '0,95; 0,1 im Programm',
    },
    maxNewTokens: {
      label: 'Längste Antwort',
      help: 'Eine längere wird abgeschnitten und zählt als keine Antwort.',
      unit: 'Token',
    },
    maxStepTokens: { label: 'Längster Schritt', help: 'Ein längerer wird abgeschnitten.', unit: 'Token' },
    maxDepth: { label: 'Tiefengrenze', help: 'Längster Weg in Schritten.', unit: 'Schritte' },
    ...choosing,
    explorationWeight: { label: 'Erkundungsgewicht', help: 'c der Auswahlregel.' },
    minPrior: {
      label: 'Kleinste erkundete Wahrscheinlichkeit',
      help: 'Von Funktions-Token, die das Modell weniger wahrscheinlich findet, wird nicht verzweigt.',
      paper: 'die ersten 12',
    },
    evaluateEvery: {
      label: 'Messen alle',
      help: 'Anteil richtiger Antworten auf zurückgehaltene Fragen.',
      unit: 'Runden',
    },
    evaluateQuestions: { label: 'Gemessene Fragen', help: '0 misst unterwegs keine.' },
    decodePrecision: PRECISION,
    seed: { label: 'Startzahl', help: 'Reihenfolge der Fragen und jedes Los.' },
  },
  'fields.evaluate': {
    choice: {
      label: 'Welche Antwort zählt',
      help: 'Von mehreren: was die meisten sagen, dasselbe gewichtet danach, wie sicher das Modell war, die sicherste, oder mit einem Richter die am besten beurteilte oder eine nach seinem Urteil gewichtete Abstimmung.',
    },
    withoutToken: {
      label: 'Ausgelassenes Funktions-Token',
      help: 'Das Modell darf keine Schritte dieser Art beginnen: zeigt, was die Art wert ist.',
    },
    mode: {
      label: 'Wie geantwortet wird',
      help: 'Gierig: eine Antwort ohne Zufall. Suche: mehrere durch Baumsuche, ohne die richtige zu kennen. Beides: nebeneinander.',
    },
    maxQuestions: { label: 'Fragen', help: 'So viele erste der Sammlung; leer: alle.', unit: 'höchstens' },
    maxNewTokens: {
      label: 'Längste Antwort',
      help: 'Eine längere wird abgeschnitten; ohne Antwort zählt sie als falsch.',
      unit: 'Token',
      paper: '4.096 oder 8.192',
    },
    responsePrefix: {
      label: 'Anfang der Antwort',
      help: 'Text, mit dem die Antwort beginnt, um ein Modell ohne Funktions-Token auf seine beste Art zu fragen.',
    },
    constrained: {
      label: 'An die Grammatik halten',
      help: 'Nur erlaubte Funktions-Token können geschrieben werden. Aus misst, was das Modell von selbst tut.',
      paper: 'aus',
    },
    numSimulations: {
      label: 'Simulationen',
      help: 'Gänge je Frage, wenn durch Suche geantwortet wird.',
      paper: '1 bis 20',
    },
    temperature: { label: 'Temperatur der Suche', help: 'Die gierige Antwort hat keine.' },
    maxDepth: {
      label: 'Tiefengrenze',
      help: 'Längster Weg in Schritten, wenn durch Suche geantwortet wird.',
      unit: 'Schritte',
    },
    maxStepTokens: { label: 'Längster Schritt', help: 'Wenn durch Suche geantwortet wird.', unit: 'Token' },
    explorationWeight: {
      label: 'Erkundungsgewicht',
      help: 'c der Auswahlregel, wenn durch Suche geantwortet wird.',
    },
    leafValues: {
      label: 'Was die Suche lenkt',
      help: 'Niemand sagt der Suche, welche Antworten richtig sind. Übereinstimmung: eine Antwort ist so viel wert wie der Anteil der bisherigen, die ihr gleichen. Richter: was ein Prozessbelohnungsmodell ihrem schwächsten Schritt gibt.',
      paper: 'nicht angegeben',
    },
    sharing: {
      label: 'Wie Schritte gerechnet werden',
      help: 'Gemeinsam: Anfänge werden einmal gerechnet, und nur begangene Schritte werden geschrieben. Getrennt: jeder Schritt unter einem erweiterten wird geschrieben, jeder mit einem eigenen Aufruf, der den Weg neu liest, wie es andere Suchen tun; zum Vergleich.',
    },
    confidence: { label: 'Sicherheit', help: 'Der gezeigten Intervalle.' },
    bootstrapSamples: {
      label: 'Bootstrap-Stichproben',
      help: 'Für das Intervall eines Unterschieds zwischen zwei Modellen.',
    },
    concurrentQuestions: { label: 'Fragen zugleich', help: 'Mehr ist schneller und braucht mehr Speicher.' },
    threads: THREADS,
    decodePrecision: PRECISION,
    seed: { label: 'Startzahl', help: 'Der Suche und des Bootstraps.' },
  },
  'fields.export': {
    form: {
      label: 'Form',
      help: 'Verschmolzen: ein ganzes Modell. Adapter: nur was LoRA hinzufügte, über das Grundmodell zu legen.',
    },
    dtype: { label: 'Zahlenformat', help: 'F32 behält jedes Bit; die anderen halbieren die Größe.' },
    maxShardBytes: {
      label: 'Größte Datei',
      help: 'Darüber werden die Gewichte auf mehrere Dateien verteilt.',
      unit: 'Bytes',
    },
    modelCard: {
      label: 'Modellkarte schreiben',
      help: 'README.md mit der Herkunft, den Einstellungen und den Ergebnissen.',
    },
  },
};
