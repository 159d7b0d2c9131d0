import { useEffect, useState } from 'react';
import type { JobSpec } from '@contracts/jobs';
import type { Estimate } from '@contracts/runs';
import { inWindowWords } from '../app/host-words';
import { formatDuration, formatMoment } from '../lib/format';
import { Button } from '../ui/Button';
import { ErrorView } from '../ui/ErrorView';
import { Progress } from '../ui/marks';
import { texts as wizardTexts } from './texts/en';
import type { DryStepState } from './use-dry-step';

const texts = wizardTexts.dryStep;

export interface DryStepProps {
  readonly spec: JobSpec;
  readonly estimate: Pick<Estimate, 'dryStep' | 'dryStepRefusal'>;
  readonly dry: DryStepState;
}

/** Where the estimate comes from, and the way to a better one: nothing yet, being measured, measured, or why it cannot be. */
export function DryStep({ spec, estimate: { dryStep, dryStepRefusal }, dry }: DryStepProps) {
  if (dry.phase !== null) return <Measuring dry={dry} />;
  return (
    <div className="dry-step">
      {dryStep !== null && (
        <p className="muted small">
          {texts.measured(formatDuration(dryStep.seconds), formatMoment(dryStep.measuredAtMs, Date.now()))}
        </p>
      )}
      {dry.error !== null && <ErrorView error={dry.error} />}
      {dryStepRefusal === null ? (
        <Button onClick={() => dry.measure(spec)}>{dryStep === null ? texts.measure : texts.again}</Button>
      ) : (
        dryStep === null && <p className="muted small">{inWindowWords(dryStepRefusal)}</p>
      )}
      {dryStep === null && dryStepRefusal === null && <p className="muted small">{texts.help}</p>}
    </div>
  );
}

function Measuring({ dry: { phase, startedAtMs, stop } }: { readonly dry: DryStepState }) {
  const seconds = useSecondsSince(startedAtMs);
  return (
    <div className="dry-step">
      <p className="small">
        <span aria-live="polite">{phase && texts.phases[phase]}</span> · {formatDuration(seconds)}
      </p>
      <Progress share={null} label={texts.measuring} />
      <Button onClick={stop}>{texts.stop}</Button>
    </div>
  );
}

function useSecondsSince(startedAtMs: number): number {
  const [now, setNow] = useState(startedAtMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, (now - startedAtMs) / 1000);
}
