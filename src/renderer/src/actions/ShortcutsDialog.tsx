import { useState } from 'react';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { ACTIONS, SCOPES, type ActionId, type ActionRow } from './action-table';
import { chordOf, ownerOfKey, showKey } from './keys';
import { actionNames, actionTexts as texts } from './texts/en';
import type { useKeys } from './use-actions';
import './actions.css';

/** Keys that a person needs to leave a field, so that they cannot be given away. */
const RESERVED = new Set(['Escape', 'Tab', 'Enter', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

/** All keys of the window; a click on one waits for the key that shall take its place. */
export function ShortcutsDialog({
  isOpen,
  onClose,
  keyboard,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly keyboard: ReturnType<typeof useKeys>;
}) {
  const { keys, hasChanges, setKey, reset } = keyboard;
  const [waiting, setWaiting] = useState<ActionId | null>(null);
  const [problem, setProblem] = useState('');
  const take = (row: ActionRow, chord: string): void => {
    const owner = ownerOfKey(keys, chord, row);
    if (owner) setProblem(texts.keyTaken(showKey(chord), actionNames[owner]));
    else setKey(row.id, chord);
    setWaiting(null);
  };
  return (
    <Dialog
      title={texts.keysTitle}
      isOpen={isOpen}
      onClose={onClose}
      isWide
      actions={
        <Button onClick={reset} disabledReason={hasChanges ? null : texts.keysAsDelivered}>
          {texts.keysReset}
        </Button>
      }
    >
      <p>{texts.keysHelp}</p>
      <div className="keys-scopes">
        {SCOPES.map((scope) => (
          <section key={scope} aria-label={texts.scopes[scope]}>
            <h3>{texts.scopes[scope]}</h3>
            <ul className="keys">
              {ACTIONS.filter((row) => row.scope === scope).map((row) => (
                <li key={row.id}>
                  <span>{actionNames[row.id]}</span>
                  <button
                    type="button"
                    className="keys-key"
                    aria-label={texts.changeKey(actionNames[row.id], showKey(keys[row.id]))}
                    aria-pressed={waiting === row.id}
                    onClick={() => {
                      setWaiting(row.id);
                      setProblem('');
                    }}
                    onBlur={() => setWaiting(null)}
                    onKeyDown={(event) => {
                      const chord = waiting === row.id ? chordOf(event.nativeEvent) : null;
                      if (chord === null || RESERVED.has(event.key)) return;
                      event.preventDefault();
                      event.stopPropagation();
                      take(row, chord);
                    }}
                  >
                    {waiting === row.id ? texts.pressKey : showKey(keys[row.id]) || texts.noKey}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <p role="status" className="keys-problem">
        {problem}
      </p>
    </Dialog>
  );
}
