import { useState } from 'react';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ownerOfKey, REVIEW_ACTIONS, showKey, type ReviewAction, type ReviewKeys } from './review-actions';
import { texts } from './texts/en';

/** Keys that a person needs to leave a field, so that they cannot be given away. */
const RESERVED = new Set(['Escape', 'Tab', 'Shift', 'Control', 'Alt', 'Meta', 'Enter', 'ArrowUp', 'ArrowDown']);

/** All keys of the review; a click on one waits for the key that shall take its place. */
export function KeysDialog({
  isOpen,
  onClose,
  keys,
  hasChanges,
  onSet,
  onReset,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly keys: ReviewKeys;
  readonly hasChanges: boolean;
  readonly onSet: (action: ReviewAction, key: string) => void;
  readonly onReset: () => void;
}) {
  const [waiting, setWaiting] = useState<ReviewAction | null>(null);
  const [problem, setProblem] = useState('');
  return (
    <Dialog
      title={texts.keysTitle}
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <Button onClick={onReset} disabledReason={hasChanges ? null : texts.keysAsDelivered}>
          {texts.keysReset}
        </Button>
      }
    >
      <p>{texts.keysHelp}</p>
      <ul className="review-keys">
        {REVIEW_ACTIONS.map((action) => (
          <li key={action}>
            <span>{texts.actions[action]}</span>
            <button
              type="button"
              className="review-key"
              aria-label={texts.changeKey(texts.actions[action], showKey(keys[action]))}
              aria-pressed={waiting === action}
              onClick={() => {
                setWaiting(action);
                setProblem('');
              }}
              onBlur={() => setWaiting(null)}
              onKeyDown={(event) => {
                if (waiting !== action || RESERVED.has(event.key)) return;
                event.preventDefault();
                event.stopPropagation();
                const owner = ownerOfKey(keys, event.key, action);
                if (owner) setProblem(texts.keyTaken(showKey(event.key), texts.actions[owner]));
                else onSet(action, event.key);
                setWaiting(null);
              }}
            >
              {waiting === action ? texts.pressKey : showKey(keys[action])}
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="review-key-problem">
        {problem}
      </p>
    </Dialog>
  );
}
