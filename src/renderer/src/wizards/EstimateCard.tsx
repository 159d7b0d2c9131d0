import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { Estimate, MemoryProposal } from '@contracts/runs';
import { inWindowWords } from '../app/host-words';
import { api } from '../lib/api';
import { formatBytes, formatRange } from '../lib/format';
import { useDebounced } from '../lib/use-debounced';
import { Button } from '../ui/Button';
import { ErrorView } from '../ui/ErrorView';
import { Notice } from '../ui/marks';
import { Facts } from '../ui/Panel';
import { Skeleton } from '../ui/Skeleton';
import { DryStep } from './DryStep';
import { texts } from './texts/en';
import { useDryStep, type DryStepState } from './use-dry-step';

const SETTLE_MS = 300;

/** Time, memory and disk of a run as ranges; warns and never blocks. */
export interface EstimateCardProps {
  readonly projectId: ProjectId;
  readonly spec: JobSpec | null;
  /** Takes over other settings; absent where there is nothing to set. */
  readonly onChange?: (changes: MemoryProposal['changes']) => void;
  /** Makes the dry step by itself: the person is about to start. */
  readonly isDue?: boolean;
}

export function EstimateCard({ projectId, spec, onChange, isDue = false }: EstimateCardProps) {
  const settled = useDebounced(spec, SETTLE_MS);
  return (
    <section className="estimate" aria-label={texts.estimate}>
      <h3>{texts.estimate}</h3>
      {settled ? (
        <EstimateFacts projectId={projectId} spec={settled} isDue={isDue} {...(onChange && { onChange })} />
      ) : (
        <p className="muted">{texts.noEstimate}</p>
      )}
    </section>
  );
}

function EstimateFacts({
  projectId,
  spec,
  onChange,
  isDue,
}: EstimateCardProps & { readonly spec: JobSpec; readonly isDue: boolean }) {
  const dry = useDryStep(projectId);
  const estimate = useQuery(
    api.runs.estimate.queryOptions({
      input: { projectId, spec },
      placeholderData: keepPreviousData,
      staleTime: 30_000,
    }),
  );
  useDueDryStep(dry, spec, estimate.isPlaceholderData ? null : (estimate.data ?? null), isDue);
  if (estimate.isError) return <ErrorView error={estimate.error} onRetry={() => void estimate.refetch()} />;
  if (!estimate.data) return <Skeleton lines={3} label={texts.estimating} />;
  return (
    <>
      <EstimateRows estimate={estimate.data} {...(onChange && { onChange })} />
      <DryStep spec={spec} estimate={estimate.data} dry={dry} />
    </>
  );
}

/** Makes the dry step once for each job that is due, and stops one that is of another job by now. */
function useDueDryStep(dry: DryStepState, spec: JobSpec, estimate: Estimate | null, isDue: boolean): void {
  const { measure, stop } = dry;
  const triedRef = useRef('');
  const key = JSON.stringify(spec);
  useEffect(() => stop, [key, stop]);
  const isWanted = isDue && estimate !== null && estimate.dryStep === null && estimate.dryStepRefusal === null;
  useEffect(() => {
    if (!isWanted || triedRef.current === key) return;
    triedRef.current = key;
    measure(JSON.parse(key) as JobSpec); // it was written from one
  }, [isWanted, key, measure]);
}

function EstimateRows({ estimate, onChange }: Pick<EstimateCardProps, 'onChange'> & { readonly estimate: Estimate }) {
  return (
    <>
      <Facts
        rows={[
          [texts.estimateTime, formatRange(estimate.seconds.low, estimate.seconds.high)],
          [
            texts.estimateMemory,
            `${formatRange(estimate.memoryBytes.low, estimate.memoryBytes.high, formatBytes)}, ${texts.ofFree(formatBytes(estimate.freeMemoryBytes))}`,
          ],
          [
            texts.estimateDisk,
            `${estimate.diskBytes.high < 1 ? texts.hardlyAny : formatRange(estimate.diskBytes.low, estimate.diskBytes.high, formatBytes)}, ${texts.ofFree(formatBytes(estimate.freeDiskBytes))}`,
          ],
        ]}
      />
      <p className="muted small">
        {inWindowWords(estimate.basis)} {estimate.steps !== null && inWindowWords(estimate.steps)}
      </p>
      {estimate.warnings.map((warning) => (
        <Notice key={warning}>{inWindowWords(warning)}</Notice>
      ))}
      {onChange && estimate.proposals.length > 0 && (
        <div className="stack" role="group" aria-label={texts.wouldFit}>
          <p className="small">{texts.wouldFit}</p>
          {estimate.proposals.map(({ label, memoryBytes, changes }) => (
            <Button key={label} onClick={() => onChange(changes)}>
              {label} ({formatBytes(memoryBytes)})
            </Button>
          ))}
        </div>
      )}
    </>
  );
}
