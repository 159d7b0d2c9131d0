import { useQuery } from '@tanstack/react-query';
import type { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { formatBytes, formatParameters } from '../../lib/format';
import { ButtonLink } from '../../ui/Button';
import { Facts } from '../../ui/Panel';
import { describeResult } from './run-facts';
import { texts } from './texts/en';

type Way = 'search' | 'sft' | 'rl' | 'evaluate' | 'export';

/** Where a fresh checkpoint can go, by address of the wizard that takes it. */
const WAYS: Readonly<
  Record<Way, { readonly label: string; readonly to: (projectId: ProjectId, checkpoint: string) => string }>
> = {
  search: { label: texts.growTrees, to: (projectId, checkpoint) => href('searchNew', { projectId }, { checkpoint }) },
  sft: { label: texts.fineTuneFrom, to: (projectId, checkpoint) => href('sftNew', { projectId }, { checkpoint }) },
  rl: { label: texts.exploreFrom, to: (projectId, checkpoint) => href('rlNew', { projectId }, { checkpoint }) },
  evaluate: {
    label: texts.evaluateIt,
    to: (projectId, checkpoint) => href('evaluateNew', { projectId }, { checkpoint }),
  },
  export: { label: texts.exportIt, to: (projectId, checkpoint) => href('exportNew', { projectId }, { checkpoint }) },
};

/** The checkpoint that a run ended with, its figures, and the ways on. */
export function CheckpointProduct({ run, ways }: { readonly run: Run; readonly ways: readonly Way[] }) {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId: run.projectId } }));
  const made = checkpoints.data?.filter((one) => run.outputs.checkpointIds.includes(one.id)) ?? [];
  const final = made.find((one) => one.isFinal) ?? made.at(-1) ?? null;
  const figures = describeResult(run);
  return (
    <div className="product">
      <Facts
        rows={[
          final && [
            texts.made,
            <a key="made" href={href('model', { projectId: run.projectId }, { checkpoint: final.id })}>
              {final.name}
            </a>,
          ],
          final && [texts.size, `${formatParameters(final.parameterCount)} weights, ${formatBytes(final.sizeBytes)}`],
          figures ? [texts.result, figures] : null,
        ]}
      />
      <div className="row">
        <ButtonLink href={href('run', { projectId: run.projectId, runId: run.id })}>{texts.open}</ButtonLink>
        {final &&
          ways.map((way) => (
            <ButtonLink key={way} href={WAYS[way].to(run.projectId, final.id)}>
              {WAYS[way].label}
            </ButtonLink>
          ))}
      </div>
    </div>
  );
}
