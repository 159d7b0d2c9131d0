import type { LogCode } from '@core/log-codes';
import type { LogSentence } from '../../features/runs/texts/log.en';
import { texts as guard } from '../../features/runs/texts/guard.en';
import { formatBytes, formatInteger } from '../../lib/format';

const whole = (value: string | number | undefined): string => formatInteger(Number(value));
const bytes = (value: string | number | undefined): string => formatBytes(Number(value));

/** The lines of runs' logs in German; a code without words does not compile. */
export const logLines: Readonly<Record<LogCode, LogSentence>> = {
  answered: ({ count, seconds }) => `${whole(count)} Fragen in ${seconds} s beantwortet.`,
  'best-not-deleted': ({ path }) => `Ein früherer bester Modellstand ließ sich nicht löschen: ${path}`,
  'computes-on': ({ device }) => `Dieser Lauf rechnet auf ${device}.`,
  'computes-on-processor': () => 'Dieser Lauf rechnet auf dem Prozessor.',
  'cut-paths': ({ count, of }) =>
    `${whole(count)} von ${whole(of)} Wegen wurden vor einer Antwort abgeschnitten: Das Modell beendet selten einen Schritt. Erlauben Sie längere Schritte oder Wege, oder stimmen Sie es erst auf Schritte mit schließenden Token ab.`,
  'ended-early': ({ done, total }) => `Auf Wunsch früher beendet, nach ${whole(done)} von ${whole(total)}.`,
  'going-on': ({ done, total }) => `Geht weiter nach ${whole(done)} von ${whole(total)}.`,
  'going-on-trees': ({ done, total, halfGrown }) =>
    `Geht weiter nach ${whole(done)} von ${whole(total)}; ${whole(halfGrown)} Bäume sind halb gewachsen.`,
  guard: ({ detector }) => {
    const ways: Readonly<Record<string, { readonly title: string }>> = guard.ways;
    return `Wächter: ${ways[String(detector)]?.title ?? detector}.`;
  },
  'half-grown': ({ count }) => `${whole(count)} Bäume sind halb gewachsen.`,
  'int8-on-processor': ({ device }) =>
    `Produkte in 8 Bit gibt es auf dem Prozessor; auf ${device} werden sie in float32 gerechnet.`,
  'kv-bound': ({ bytes: size, tokens }) =>
    `Schlüssel und Werte dürfen bis zu ${bytes(size)} belegen, das sind ${whole(tokens)} Token dieses Modells. Was nicht hineinpasst, wird verworfen, das am längsten unbenutzte zuerst, und bei Bedarf neu gerechnet.`,
  'left-out': ({ count, tokens }) => `${whole(count)} sind länger als ${whole(tokens)} Token und bleiben draußen.`,
  'loss-changed': ({ nats, most }) =>
    `Der Verlust auf gewöhnlichem Text änderte sich um ${Number(nats).toFixed(4)} nats je Token; bis zu ${most} sind zu erwarten. Wählen Sie einen anderen Anfangswert für die neuen Zeilen.`,
  'memory-plan': ({ tokens, blocks, bytes: size }) =>
    `Bis zu ${whole(tokens)} Token je Durchgang, Blöcke ${blocks === 'kept' ? 'für den Rückweg behalten' : 'auf dem Rückweg neu gerechnet'}: höchstens etwa ${bytes(size)}.`,
  'memory-short': ({ needed, free }) =>
    `Das wird kaum hineinpassen: Etwa ${bytes(needed)} werden gebraucht und ${bytes(free)} sind frei. Kürzere Beispiele, LoRA oder ein Gedächtnis des Optimierers in Bytes brauchen weniger; andere Programme zu schließen hilft auch.`,
  'no-pairs': ({ of, solved }) =>
    `Kein brauchbares Paar: Von ${whole(of)} Bäumen haben ${whole(solved)} eine richtige Antwort und keiner richtige und falsche. ${
      solved === 0
        ? 'Versuchen Sie leichtere Fragen, mehr Versuche oder ein stärkeres Modell.'
        : 'Versuchen Sie schwerere Fragen, mehr Versuche oder eine höhere Temperatur.'
    } Alle Bäume bleiben.`,
  'question-left-out': ({ place, id }) =>
    `Frage ${whole(place)} (${id}) bleibt draußen: Das Modell kann sie nicht ganz lesen oder beantworten.`,
  'questions-left-out': ({ count, of }) =>
    `${whole(count)} von ${whole(of)} Fragen ließen sich nicht durchsuchen; das Protokoll nennt jede. Die Bäume der anderen bleiben.`,
  'server-answered': ({ server, requests, retries, promptTokens, newTokens, cost }) =>
    `„${server}“ beantwortete ${whole(requests)} Anfragen (${whole(retries)} noch einmal gesandt): ${whole(promptTokens)} Token gelesen, ${whole(newTokens)} geschrieben${Number(cost) > 0 ? `, ${Number(cost).toFixed(4)} zu seinen Preisen` : ''}.`,
  'server-retry': ({ server, tries, seconds }) =>
    `„${server}“ gab keine brauchbare Antwort; Versuch ${tries} in ${seconds} s.`,
  'server-writes': ({ model, url, inFlight }) =>
    `Schritte schreibt ${model} auf ${url}, höchstens ${whole(inFlight)} zugleich.`,
  'short-run': () => 'Diese Art von Lauf rechnet auf dem Prozessor: Sie ist kurz.',
  'stuck-trees': ({ count, of }) =>
    `${whole(count)} von ${whole(of)} Bäumen haben keinen Weg, der von selbst zu einem Ende kam. Ihre Fragen sind vielleicht länger, als das Modell liest, oder brauchen längere Schritte; sehen Sie sie in der Liste der Bäume an.`,
  'taught-nothing': ({ iteration }) =>
    `Durchgang ${whole(iteration)} lehrte nichts: Bei jeder Frage waren alle Wege richtig oder alle falsch.`,
  'test-left-out': ({ count, of, file, tokens }) =>
    `${whole(count)} der ${whole(of)} Antworten in ${file} sind länger als ${whole(tokens)} Token und bleiben draußen.`,
  threads: ({ threads, cores, gentle }) =>
    `Rechnet${gentle === 'yes' ? ' rücksichtsvoll' : ''} mit ${threads === 1 ? '1 Faden' : `${threads} Fäden`} auf ${cores === 1 ? '1 Kern' : `${cores} Kernen`}.`,
  'tokens-shared': ({ prefilledTokens, reusedTokens, closeCalls }) =>
    `${whole(prefilledTokens)} Token von Anfängen wurden gerechnet und ${whole(reusedTokens)} aus dem Gedächtnis genommen; ${whole(closeCalls)} Entscheidungen waren zu knapp und wurden noch einmal gerechnet.`,
  'trees-too-large': ({ bytes: size, tokens, dropped, prefilledTokens }) =>
    `Die Bäume waren größer als der Speicher für Schlüssel und Werte, ${bytes(size)} oder ${whole(tokens)} Token: ${whole(dropped)} Token wurden verworfen und ${whole(prefilledTokens)} Anfänge und Wiederholungen gerechnet. Kein Baum verlor etwas, aber Zeit ging verloren: weniger Bäume zugleich, kürzere Wege oder mehr freier Speicher am Anfang sparen sie.`,
  'zero-probability': () => 'Ein Funktionstoken hat die Wahrscheinlichkeit 0: Es könnte nie geschrieben werden.',
};
