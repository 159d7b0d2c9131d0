import { useState } from 'react';
import { Button } from './Button';
import { TextInput } from './inputs';

/** "Rename" that turns into a text field; Enter or leaving it keeps the new name, Escape the old one. */
export function RenameButton({
  name,
  label,
  onRename,
}: {
  readonly name: string;
  readonly label: string;
  readonly onRename: (name: string) => void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <Button look="quiet" aria-label={`${label} ${name}`} onClick={() => setDraft(name)}>
        {label}
      </Button>
    );
  }
  const keep = (): void => {
    const wanted = draft.trim();
    if (wanted !== '' && wanted !== name) onRename(wanted);
    setDraft(null);
  };
  return (
    <TextInput
      aria-label={`${label} ${name}`}
      value={draft}
      autoFocus
      maxLength={120}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
