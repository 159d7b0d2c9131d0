import { ProjectId } from '@contracts/ids';
import type { PageProps } from '../../app/router';
import { CheckpointProduct } from './CheckpointProduct';
import { StagePage } from './StagePage';

/** Fine-tuning runs and what they made. */
export function SftPage({ params }: PageProps<'sft'>) {
  return (
    <StagePage
      kind="sft"
      projectId={ProjectId.parse(params.projectId)}
      renderProduct={(run) => <CheckpointProduct run={run} ways={['rl', 'evaluate', 'export']} />}
    />
  );
}

/** Process reward models; beside the road, not on it. */
export function PrmPage({ params }: PageProps<'prm'>) {
  return (
    <StagePage
      kind="prm"
      projectId={ProjectId.parse(params.projectId)}
      renderProduct={(run) => <CheckpointProduct run={run} ways={['rl', 'evaluate']} />}
    />
  );
}

/** Exploring runs and what they made. */
export function RlPage({ params }: PageProps<'rl'>) {
  return (
    <StagePage
      kind="rl"
      projectId={ProjectId.parse(params.projectId)}
      renderProduct={(run) => <CheckpointProduct run={run} ways={['evaluate', 'rl', 'export']} />}
    />
  );
}
