import type { EdgeClass } from '../edge-look';
import { translated } from '../../lib/language';

/** Words of the tree viewer. */
export const texts = translated('treeViewer', {
  tree: 'Search tree',
  outline: 'Outline',
  graph: 'Tree',
  view: 'View',
  bestPath: 'Best path',
  fit: 'Fit',
  unfoldAll: 'Unfold all',
  foldAll: 'Fold to depth 2',
  filter: 'Show',
  filters: { all: 'everything', right: 'right answers', wrong: 'wrong answers', unfinished: 'unfinished steps' },
  search: 'Search in the text',
  matches: (at: number, total: number) =>
    total === 0 ? 'not found' : at < 0 ? `${total} found` : `${at + 1} of ${total}`,
  simulations: (at: number, total: number) => `After ${at} of ${total === 1 ? 'one walk' : `${total} walks`}`,
  simulationSlider: 'Replay the walks',
  visits: (count: number) => (count === 1 ? '1 visit' : `${count} visits`),
  value: (value: number) => `value ${value.toFixed(2)}`,
  prior: (prior: number) => `prior ${prior.toFixed(2)}`,
  /** On a pill: visits, mean value, prior where the search asked for one. */
  pillFacts: (visits: number, value: number, prior: number | null) =>
    visits === 0
      ? `not visited${prior === null ? '' : ` · p ${prior.toFixed(2)}`}`
      : `${visits}× · ${value.toFixed(2)}${prior === null ? '' : ` · p ${prior.toFixed(2)}`}`,
  right: 'right',
  wrong: 'wrong',
  cut: 'cut',
  verdicts: { right: '✓ right', wrong: '✗ wrong' },
  marks: { pinned: 'pinned', pruned: 'pruned' },
  hidden: (count: number) => `+${count}`,
  nothing: 'Nothing in this tree fits the filter.',
  keys: 'Arrows walk, Enter folds, B follows the best path, F changes the filter, / searches.',
  legend: 'Lines',
  edges: {
    mostly: 'half or more of its value right',
    sometimes: 'less than half',
    never: 'never right so far',
    unvisited: 'not walked',
  } satisfies Record<EdgeClass, string>,
  legendWidth: 'thicker: more visits',
  legendBest: 'the path you follow',
});
