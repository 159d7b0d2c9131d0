import type { TreeNode } from '@contracts/trees';
import { Button } from '../../ui/Button';
import { texts } from './texts/en';
import type { TreeMarks } from './use-tree-marks';

const words = texts.actions;

interface NodeActionsProps {
  readonly node: TreeNode;
  readonly marks: TreeMarks;
  readonly onSend: () => void;
}

/** Why the path to a node cannot be an example; null when it can. */
export function whyNotSend(node: TreeNode | undefined): string | null {
  if (!node?.isTerminal) return words.notAnEnd;
  return node.isRight === true ? null : words.notRight;
}

/** What can be done with a node; keys stand on the buttons. */
export function NodeActions({ node, marks, onSend }: NodeActionsProps) {
  const mark = marks.marks.get(node.index);
  return (
    <div className="tree-actions">
      <Button disabledReason={whyNotSend(node)} shortcut="S" onClick={onSend}>
        {words.send}
      </Button>
      <div className="row">
        <Button aria-pressed={mark === 'pinned'} shortcut="P" onClick={() => marks.toggle(node.index, 'pinned')}>
          {mark === 'pinned' ? words.unpin : words.pin}
        </Button>
        <Button
          aria-pressed={mark === 'pruned'}
          shortcut="X"
          disabledReason={node.index === 0 ? words.notTheRoot : null}
          onClick={() => marks.toggle(node.index, 'pruned')}
        >
          {mark === 'pruned' ? words.unprune : words.prune}
        </Button>
        {marks.canUndo && (
          <Button look="quiet" shortcut="U" onClick={marks.undo}>
            {words.undo}
          </Button>
        )}
      </div>
      {mark === 'pruned' && <p className="tree-quiet">{words.prunedMeans}</p>}
    </div>
  );
}
