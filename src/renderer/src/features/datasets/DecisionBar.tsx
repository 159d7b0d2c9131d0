import type { Example } from '@contracts/examples';
import { runAction } from '../../actions/action-store';
import type { ReviewAction } from '../../actions/action-table';
import { showKey, type Keys } from '../../actions/keys';
import { Button } from '../../ui/Button';
import type { Review } from './use-review';
import { texts } from './texts/en';

/** The decisions as buttons with their keys, what the last one did, and how many examples the next one is for. */
export function DecisionBar({
  review,
  keys,
  actions,
  example,
}: {
  readonly review: Review;
  readonly keys: Keys;
  readonly actions: Readonly<Record<ReviewAction, () => void>>;
  readonly example: Example | undefined;
}) {
  const count = review.selected.size;
  return (
    <div className="review-actions" role="toolbar" aria-label={texts.keys}>
      <Button
        look="primary"
        shortcut={showKey(keys.accept)}
        onClick={actions.accept}
        aria-pressed={example?.verdict === 'accepted'}
      >
        {texts.accept}
      </Button>
      <Button shortcut={showKey(keys.reject)} onClick={actions.reject} aria-pressed={example?.verdict === 'rejected'}>
        {texts.reject}
      </Button>
      <Button shortcut={showKey(keys.edit)} onClick={actions.edit}>
        {texts.edit}
      </Button>
      {example?.isEdited && (
        <Button shortcut={showKey(keys.diff)} onClick={actions.diff}>
          {texts.diff}
        </Button>
      )}
      <Button shortcut={showKey(keys.undo)} onClick={actions.undo}>
        {texts.undo}
      </Button>
      {example !== undefined && example.verdict !== 'todo' && (
        <Button look="quiet" shortcut={showKey(keys.reopen)} onClick={actions.reopen}>
          {texts.toTodo}
        </Button>
      )}
      <Button look="quiet" shortcut={showKey(keys.shortcuts)} onClick={() => runAction('shortcuts')}>
        {texts.help}
      </Button>
      {count > 0 && (
        <span className="review-selection">
          {texts.selected(count)}
          <Button look="quiet" onClick={review.clearSelected}>
            {texts.clearSelection}
          </Button>
        </span>
      )}
      <span className="review-quiet" role="status">
        {review.said}
      </span>
    </div>
  );
}
