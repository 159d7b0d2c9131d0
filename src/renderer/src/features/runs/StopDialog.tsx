import { useMutation } from '@tanstack/react-query';
import type { Run } from '@contracts/runs';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { texts } from './texts/en';

/** Ways to stop, the gentlest first, each with what becomes of the work. Only a training has a half-done result worth saving. */
export function StopDialog({
  run,
  isOpen,
  onClose,
  onFinishing,
}: {
  readonly run: Run;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onFinishing: () => void;
}) {
  const input = { id: run.id };
  const pause = useMutation(api.runs.pause.mutationOptions({ onSuccess: onClose }));
  const finish = useMutation(
    api.runs.finish.mutationOptions({
      onSuccess: () => {
        onFinishing();
        onClose();
      },
    }),
  );
  const cancel = useMutation(api.runs.cancel.mutationOptions({ onSuccess: onClose }));
  const isRunning = run.status === 'running';
  const isTraining = run.kind === 'sft' || run.kind === 'rl';
  const words = texts.stop;
  const ways = [
    ...(isRunning ? [{ name: words.pause, help: words.pauseHelp, run: pause, look: 'plain' as const }] : []),
    ...(isRunning && isTraining
      ? [{ name: words.finish, help: words.finishHelp, run: finish, look: 'plain' as const }]
      : []),
    { name: words.cancel, help: words.cancelHelp, run: cancel, look: 'danger' as const },
  ];
  const error = pause.error ?? finish.error ?? cancel.error;
  return (
    <Dialog title={texts.stopTitle} isOpen={isOpen} onClose={onClose} actions={null}>
      <ul className="run-ways">
        {ways.map(({ name, help, run: way, look }) => (
          <li key={name}>
            <Button look={look} isBusy={way.isPending} onClick={() => way.mutate(input)}>
              {name}
            </Button>
            <p>{help}</p>
          </li>
        ))}
      </ul>
      {error && <ErrorView error={error} />}
    </Dialog>
  );
}
