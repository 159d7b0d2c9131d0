import { lazy, Suspense, useState } from 'react';
import type { TreeNode } from '@contracts/trees';
import { Button } from '../../ui/Button';
import { Tabs } from '../../ui/Tabs';
import { Siblings } from './Siblings';
import { texts } from './texts/en';

/** Fetched with the word differ when paths are first compared. */
const PathDiff = lazy(async () => ({ default: (await import('./PathDiff')).PathDiff }));

const words = texts.compare;
export type Comparing = 'siblings' | 'paths';

interface ComparePanelProps {
  readonly nodes: readonly TreeNode[];
  readonly selected: number;
  /** End of the path that others are held against at first. */
  readonly best: number;
  readonly what: Comparing;
  readonly onWhat: (what: Comparing) => void;
  readonly onClose: () => void;
  readonly onSelect: (index: number) => void;
}

/** Below the tree: the siblings of a step side by side, or two paths word by word. */
export function ComparePanel({ nodes, selected, best, what, onWhat, onClose, onSelect }: ComparePanelProps) {
  const [held, setHeld] = useState<number | null>(null);
  const against = held ?? best;
  return (
    <section className="tree-compare" aria-label={words.title}>
      <Button look="quiet" className="tree-compare-close" aria-label={words.close} onClick={onClose}>
        ×
      </Button>
      <Tabs
        label={words.title}
        value={what}
        onChange={onWhat}
        tabs={[
          {
            id: 'siblings',
            title: words.siblings,
            content: <Siblings nodes={nodes} selected={selected} onSelect={onSelect} />,
          },
          {
            id: 'paths',
            title: words.paths,
            content: (
              <>
                <div className="row">
                  <span className="tree-quiet">{held === null ? words.againstBest : words.against(held)}</span>
                  <Button look="quiet" onClick={() => setHeld(selected)}>
                    {words.hold(selected)}
                  </Button>
                  {held !== null && (
                    <Button look="quiet" onClick={() => setHeld(null)}>
                      {words.holdBest}
                    </Button>
                  )}
                </div>
                <Suspense fallback={null}>
                  <PathDiff nodes={nodes} first={against} second={selected} />
                </Suspense>
              </>
            ),
          },
        ]}
      />
    </section>
  );
}
