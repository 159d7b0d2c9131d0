import type { hostPhrases } from '../../app/texts/host.en';
import { translationOf } from '../../lib/language';

/** What the host says, by its English words. */
export const host = {
  hostWords: {
    'Import a model first.': 'Importieren Sie erst ein Modell.',
    'Import questions first.': 'Importieren Sie erst Fragen.',
    'Grow trees first.': 'Lassen Sie erst Bäume wachsen.',
    'Make examples first.': 'Machen Sie erst Beispiele.',
    'Add the functional tokens first.': 'Fügen Sie erst die Funktions-Token hinzu.',
    'Fine-tune first: exploring needs a model that uses the tokens.':
      'Erst feinabstimmen: Erkunden braucht ein Modell, das die Token benutzt.',
    'fine-tuned': 'feinabgestimmt',
    explored: 'erkundet',
    exported: 'exportiert',
    'waiting for the engine': 'wartet auf den Rechner',
    starting: 'beginnt',
    pausing: 'hält an',
    'reading weights': 'liest Gewichte',
    'writing the copy': 'schreibt die Kopie',
    'merging paths': 'fügt Wege zusammen',
    'learning to judge': 'lernt zu urteilen',
    'growing trees': 'lässt Bäume wachsen',
    'fine-tuning': 'stimmt fein ab',
    exploring: 'erkundet',
    'checking files': 'prüft Dateien',
    'answering questions': 'beantwortet Fragen',
    files: 'Dateien',
    iterations: 'Runden',
    numbers: 'Zahlen',
    processor: 'dem Prozessor',
    questions: 'Fragen',
    trees: 'Bäume',
    updates: 'Updates',
    "Reckoned from the model's size and this machine's cores; the first run will tell better.":
      'Aus der Größe des Modells und den Kernen dieses Rechners geschätzt; der erste Lauf sagt es genauer.',
    'Measured by a dry step on this machine.': 'Durch einen Probeschritt auf diesem Rechner gemessen.',
    'For this kind of job there is no dry step: it is reckoned from its size.':
      'Für diese Art von Auftrag gibt es keinen Probeschritt: aus der Größe geschätzt.',
    'A server is not asked for a trial: it may cost money.':
      'Ein Server wird nicht zur Probe gefragt: es könnte Geld kosten.',
    'A run is under way; a dry step beside it would measure both.':
      'Ein Lauf ist im Gang; ein Probeschritt daneben würde beide messen.',
    'Measured on the last run of this kind on this machine.': 'Am letzten Lauf dieser Art auf diesem Rechner gemessen.',
    'This will hardly fit into the memory that is free now. Close other programs, choose LoRA, or use a smaller model.':
      'Das passt kaum in den Speicher, der jetzt frei ist. Schließen Sie andere Programme, wählen Sie LoRA oder ein kleineres Modell.',
    'Memory may become tight. If the run is stopped for it, it can be resumed.':
      'Der Speicher kann knapp werden. Wird der Lauf deshalb beendet, lässt er sich fortsetzen.',
    'The disk of the data folder has too little room for this. Free some space first.':
      'Auf der Platte des Datenordners ist dafür zu wenig Platz. Schaffen Sie erst welchen.',
    'This takes more than half a day. It can be paused at any time; fewer questions or simulations make it shorter.':
      'Das dauert mehr als einen halben Tag. Es lässt sich jederzeit anhalten; weniger Fragen oder Simulationen machen es kürzer.',
  },
  hostPhrases: translationOf<typeof hostPhrases>()({
    measuredOn: (runs: string) => `An den letzten ${runs} Läufen dieser Art auf diesem Rechner gemessen.`,
    dryStepAfterOne: (times: string) =>
      `Durch einen Probeschritt auf diesem Rechner gemessen; der letzte Lauf brauchte das ${times}-Fache seines Probeschritts.`,
    dryStepAfter: (runs: string, times: string) =>
      `Durch einen Probeschritt auf diesem Rechner gemessen; die letzten ${runs} Läufe brauchten das ${times}-Fache ihrer Probeschritte.`,
    passes: (tokens: string, blocks: string) =>
      `Schritte nehmen bis zu ${tokens} Token zugleich; Blöcke werden für den Rückwärtsgang ${blocks}.`,
    kept: 'behalten',
    recomputed: 'neu gerechnet',
    doneRuns: (done: string, runs: string) => `${done}, ${runs} Läufe`,
    tokensAdded: (count: string) => `${count} Token hinzugefügt`,
    about: (range: string) => `etwa ${range}`,
    left: (range: string) => `noch ${range}`,
    of: (done: string, total: string, unit: string) => `${done} von ${total} ${unit}`,
    second: 'Sekunde',
    seconds: 'Sekunden',
    minute: 'Minute',
    minutes: 'Minuten',
    hour: 'Stunde',
    hours: 'Stunden',
    range: (from: string, to: string) => `${from} bis ${to}`,
  }),
};
