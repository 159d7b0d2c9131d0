import { texts } from './texts/en';
import type { StepId } from './wizard-draft';

/** The steps in order; any of them can be opened at any time. */
export function Stepper({
  steps,
  current,
  onGo,
}: {
  readonly steps: readonly StepId[];
  readonly current: StepId;
  readonly onGo: (step: StepId) => void;
}) {
  return (
    <nav aria-label={texts.stepsLabel}>
      <ol className="stepper">
        {steps.map((step, at) => (
          <li key={step}>
            <button
              type="button"
              className="stepper-step"
              aria-current={step === current ? 'step' : undefined}
              onClick={() => onGo(step)}
            >
              <span className="stepper-number">{at + 1}</span>
              {texts.steps[step]}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
