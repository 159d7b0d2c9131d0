import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorView } from './ErrorView';

/** A button that asks first, then does it; the question stays open, with the error, where it fails. */
export function ConfirmButton({
  label,
  name,
  look = 'quiet',
  title,
  act,
  children,
}: {
  readonly label: string;
  /** Of the thing it is about, for whoever hears the button without its row. */
  readonly name?: string;
  readonly look?: 'quiet' | 'danger';
  readonly title: string;
  readonly act: () => Promise<unknown>;
  /** What will happen, in a sentence. */
  readonly children: ReactNode;
}) {
  const [isAsking, setAsking] = useState(false);
  const action = useMutation({ mutationFn: act, onSuccess: () => setAsking(false) });
  const ask = (): void => {
    action.reset();
    setAsking(true);
  };
  return (
    <>
      <Button look={look} aria-label={name === undefined ? undefined : `${label} ${name}`} onClick={ask}>
        {label}
      </Button>
      <Dialog
        title={title}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        actions={
          <Button look="danger" isBusy={action.isPending} onClick={() => action.mutate()}>
            {label}
          </Button>
        }
      >
        <p>{children}</p>
        {action.isError && <ErrorView error={action.error} />}
      </Dialog>
    </>
  );
}
