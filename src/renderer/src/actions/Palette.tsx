import { useEffect, useId, useRef, useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { Keys } from './keys';
import { matchScore } from './match';
import { usePaletteGroups, type PaletteEntry, type PaletteGroup } from './palette-entries';
import { actionTexts as texts } from './texts/en';
import './actions.css';

/** More than this nobody reads; another letter narrows it. */
const MOST_SHOWN = 60;

/** Everything by its name: pages, runs, commands. A combobox in the platform's modal, which holds the focus; Escape closes. */
export function Palette({
  projectId,
  keys,
  onClose,
}: {
  readonly projectId: ProjectId | null;
  readonly keys: Keys;
  readonly onClose: () => void;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const groups = narrow(usePaletteGroups(projectId, keys), typed);
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.min(active, entries.length - 1);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at]);

  const choose = (entry: PaletteEntry | undefined): void => {
    if (!entry) return;
    ref.current?.close();
    entry.run();
  };
  const onKey = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && entries.length > 0) {
      event.preventDefault();
      setActive((at + step + entries.length) % entries.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(entries[at]);
    } else if (event.key === 'Escape') {
      // The platform's own way out, unless an open tooltip has used the key up.
      ref.current?.close();
    }
  };

  return (
    <dialog
      ref={ref}
      className="palette"
      aria-label={texts.open}
      onClose={onClose}
      // A press beside the box lands on the dialog itself.
      onClick={(event) => event.target === ref.current && ref.current.close()}
    >
      <input
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={entries.length > 0 ? `${id}-${at}` : undefined}
        aria-label={texts.placeholder}
        placeholder={texts.placeholder}
        autoFocus
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <div id={id} role="listbox" aria-label={texts.results} className="palette-list">
        {entries.length === 0 && <p className="palette-empty">{texts.empty}</p>}
        {groups.map(({ title, entries: inside }) => (
          <div key={title} role="group" aria-label={title} className="palette-group">
            <p className="palette-heading" aria-hidden="true">
              {title}
            </p>
            {inside.map((entry) => {
              const place = entries.indexOf(entry);
              return (
                <div
                  key={entry.id}
                  id={`${id}-${place}`}
                  role="option"
                  aria-selected={place === at}
                  className="palette-item"
                  onMouseMove={() => setActive(place)}
                  onClick={() => choose(entry)}
                >
                  <span className="truncate">{entry.name}</span>
                  {entry.detail && <span className="palette-detail">{entry.detail}</span>}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <p role="status" className="visually-hidden">
        {entries.length === 0 ? texts.empty : texts.found(entries.length)}
      </p>
    </dialog>
  );
}

/** What answers to the letters typed, best first; without letters the groups as they are, words of the guide left out. */
function narrow(groups: readonly PaletteGroup[], typed: string): readonly PaletteGroup[] {
  const isEmpty = typed.trim() === '';
  let left = MOST_SHOWN;
  return groups
    .filter((group) => !isEmpty || !group.isOnlySearched)
    .map((group) => ({
      ...group,
      entries: group.entries
        .map((entry) => ({ entry, score: matchScore(entry.name, typed) }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .map(({ entry }) => entry),
    }))
    .map((group) => {
      const shown = group.entries.slice(0, Math.max(0, left));
      left -= shown.length;
      return { ...group, entries: shown };
    })
    .filter(({ entries }) => entries.length > 0);
}
