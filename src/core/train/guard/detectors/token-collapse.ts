import { inPercent, inWords, type Detector, type EvidenceFigure } from '../detector';
import { changeOf, namesOf } from '../history';

/** Share of all uses from which one token dominates. */
const DOMINANT = 0.8;
/** Growth of that share; a model that always worked so has not collapsed. */
const LEAST_GROWTH = 0.25;
/** Uses per path from which a token belonged to how the model worked. */
const IN_USE = 0.1;
/** What is left of a token that has vanished. */
const VANISHED = 0.1;
/** What is left of the variety. */
const POOR = 0.6;

/** One functional token takes over, or several that were in use are used no more. */
export const tokenCollapse: Detector = {
  name: 'token-collapse',
  kinds: ['rl'],
  detect(history) {
    const changes = namesOf(history, 'use.').flatMap((metric) => {
      const change = changeOf(history, metric);
      return change ? [{ name: metric.slice('use.'.length), ...change }] : [];
    });
    const total = (end: 'before' | 'now') => changes.reduce((sum, change) => sum + change[end], 0);
    const [totalBefore, totalNow] = [total('before'), total('now')];
    const variety = changeOf(history, 'tokenEntropy');
    if (totalBefore === 0 || totalNow === 0 || variety === null) return null;

    const first = changes.toSorted((a, b) => b.now - a.now)[0]!;
    const [shareBefore, shareNow] = [first.before / totalBefore, first.now / totalNow];
    const dominates = shareNow >= DOMINANT && shareNow - shareBefore >= LEAST_GROWTH;
    const vanished = changes.filter(({ before, now }) => before >= IN_USE && now < VANISHED * before);
    const isPoor = variety.now < POOR * variety.before;
    if (!dominates && !(vanished.length >= 2 && isPoor)) return null;

    const figure = ({ name, before, now }: (typeof changes)[number]): EvidenceFigure => ({
      metric: `use.${name}`,
      before,
      now,
    });
    const gone = vanished.map(({ name, before, now }) => `${name} ${inWords(before)} → ${inWords(now)} per path`);
    return {
      figures: [
        ...(dominates ? [figure(first)] : []),
        ...vanished.map(figure),
        { metric: 'tokenEntropy', before: variety.before, now: variety.now },
      ],
      words: [
        dominates
          ? `The token ${first.name} is ${inPercent(shareNow)} of all functional tokens, ${inPercent(shareBefore)} at first`
          : '',
        gone.length > 0 ? `Hardly used any more: ${gone.join(', ')}` : '',
      ]
        .filter(Boolean)
        .join('; ')
        .concat('.'),
    };
  },
};
