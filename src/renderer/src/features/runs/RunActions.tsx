import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Run } from '@contracts/runs';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { texts } from './texts/en';

type Action = 'pause' | 'resume' | 'cancel' | 'remove';

/** What can be done with a run in each state; the first is the primary one. */
const ACTIONS: Readonly<Record<Run['status'], readonly Action[]>> = {
  queued: ['cancel'],
  running: ['pause', 'cancel'],
  pausing: ['cancel'],
  paused: ['resume', 'remove'],
  interrupted: ['resume', 'remove'],
  failed: ['resume', 'remove'],
  cancelled: ['resume', 'remove'],
  finished: ['remove'],
};

/** Pause, resume, stop, delete: only what the run's state allows; what destroys asks first. */
export function RunActions({ run }: { readonly run: Run }) {
  const [asking, setAsking] = useState<'cancel' | 'remove' | null>(null);
  const input = { id: run.id };
  const pause = useMutation(api.runs.pause.mutationOptions());
  const resume = useMutation(api.runs.resume.mutationOptions());
  const cancel = useMutation(api.runs.cancel.mutationOptions({ onSuccess: () => setAsking(null) }));
  const remove = useMutation(
    api.runs.remove.mutationOptions({
      onSuccess: ({ removed }) => {
        if (removed) navigate('runs', { projectId: run.projectId });
      },
    }),
  );
  const error = pause.error ?? resume.error ?? cancel.error ?? remove.error;
  const buttons: Readonly<Record<Action, React.ReactNode>> = {
    pause: (
      <Button key="pause" isBusy={pause.isPending} onClick={() => pause.mutate(input)}>
        {texts.pause}
      </Button>
    ),
    resume: (
      <Button key="resume" look="primary" isBusy={resume.isPending} onClick={() => resume.mutate(input)}>
        {texts.resume}
      </Button>
    ),
    cancel: (
      <Button key="cancel" look="quiet" onClick={() => setAsking('cancel')}>
        {texts.cancel}
      </Button>
    ),
    remove: (
      <Button key="remove" look="quiet" onClick={() => setAsking('remove')}>
        {texts.remove}
      </Button>
    ),
  };
  return (
    <div className="run-actions">
      {ACTIONS[run.status].map((action) => buttons[action])}
      {error && <ErrorView error={error} />}
      <Dialog
        title={texts.cancelTitle}
        isOpen={asking === 'cancel'}
        onClose={() => setAsking(null)}
        actions={
          <Button look="danger" isBusy={cancel.isPending} onClick={() => cancel.mutate(input)}>
            {texts.cancel}
          </Button>
        }
      >
        {texts.cancelBody}
      </Dialog>
      <Dialog
        title={texts.removeTitle}
        isOpen={asking === 'remove'}
        onClose={() => setAsking(null)}
        actions={
          <Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate(input)}>
            {texts.remove}
          </Button>
        }
      >
        {remove.data && !remove.data.removed ? texts.removeBlocked(remove.data.blockedBy.join(', ')) : texts.removeBody}
      </Dialog>
    </div>
  );
}
