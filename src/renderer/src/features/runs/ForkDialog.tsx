import type { Run } from '@contracts/runs';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { texts } from './texts/en';
import { useFork, useForkPoints } from './use-fork';

/** A new run with the same settings from one of the run's checkpoints, opened in the wizard. */
export function ForkDialog({
  run,
  isOpen,
  onClose,
}: {
  readonly run: Run;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const points = useForkPoints(run);
  const fork = useFork(run);
  return (
    <Dialog title={texts.fork} isOpen={isOpen} onClose={onClose} actions={null}>
      <p className="run-quiet">{texts.forkHelp}</p>
      <ul className="run-ways">
        {points.map((point) => (
          <li key={point.checkpoint.id}>
            <Button isBusy={fork.isPending} onClick={() => fork.mutate({ point })}>
              {texts.forkFrom(point.checkpoint.name, point.step)}
            </Button>
            {point.step === null && <p>{texts.forkStart}</p>}
          </li>
        ))}
      </ul>
      {fork.isError && <ErrorView error={fork.error} />}
    </Dialog>
  );
}
