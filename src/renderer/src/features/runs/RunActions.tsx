import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Run } from '@contracts/runs';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { ForkDialog } from './ForkDialog';
import { StopDialog } from './StopDialog';
import { texts } from './texts/en';
import { canFork, useForkPoints } from './use-fork';

type Action = 'pause' | 'resume' | 'stop' | 'fork' | 'remove';

/** What can be done with a run in each state; the first is the primary one. */
const ACTIONS: Readonly<Record<Run['status'], readonly Action[]>> = {
  queued: ['stop'],
  running: ['pause', 'stop'],
  pausing: ['stop'],
  paused: ['resume', 'fork', 'remove'],
  interrupted: ['resume', 'fork', 'remove'],
  failed: ['resume', 'fork', 'remove'],
  cancelled: ['fork', 'remove'],
  finished: ['fork', 'remove'],
};

/** Pause, resume, stop, fork, delete: only what the run's state allows; what destroys asks first. */
export function RunActions({ run }: { readonly run: Run }) {
  const [asking, setAsking] = useState<'stop' | 'fork' | 'remove' | null>(null);
  const [isFinishing, setFinishing] = useState(false);
  const points = useForkPoints(run);
  const input = { id: run.id };
  const forecast = useQuery(api.runs.forecast.queryOptions({ input }));
  const canResume = forecast.data?.isFolderGone !== true;
  const pause = useMutation(api.runs.pause.mutationOptions());
  const resume = useMutation(api.runs.resume.mutationOptions());
  const remove = useMutation(
    api.runs.remove.mutationOptions({
      onSuccess: ({ removed }) => {
        if (removed) navigate('runs', { projectId: run.projectId });
      },
    }),
  );
  const close = () => setAsking(null);
  const isSaving = isFinishing && run.status === 'running';
  const error = pause.error ?? resume.error ?? remove.error;
  const buttons: Readonly<Record<Action, React.ReactNode>> = {
    pause: !isSaving && (
      <Button key="pause" isBusy={pause.isPending} onClick={() => pause.mutate(input)}>
        {texts.pause}
      </Button>
    ),
    resume: canResume && (
      <Button key="resume" look="primary" isBusy={resume.isPending} onClick={() => resume.mutate(input)}>
        {texts.resume}
      </Button>
    ),
    stop: (
      <Button key="stop" look="quiet" onClick={() => setAsking('stop')}>
        {texts.cancel}
      </Button>
    ),
    fork: canFork(run) && points.length > 0 && (
      <Button key="fork" onClick={() => setAsking('fork')}>
        {texts.fork}
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
      {isSaving && (
        <span role="status" className="run-quiet">
          {texts.finishing}
        </span>
      )}
      {ACTIONS[run.status].map((action) => buttons[action])}
      {error && <ErrorView error={error} />}
      <StopDialog run={run} isOpen={asking === 'stop'} onClose={close} onFinishing={() => setFinishing(true)} />
      <ForkDialog run={run} isOpen={asking === 'fork'} onClose={close} />
      <Dialog
        title={texts.removeTitle}
        isOpen={asking === 'remove'}
        onClose={close}
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
