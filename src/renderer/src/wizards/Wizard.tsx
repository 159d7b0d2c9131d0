import type { ProjectId } from '@contracts/ids';
import { PageFrame } from '../app/PageFrame';
import { navigate } from '../app/router';
import { STAGES } from '../app/stages';
import { Button } from '../ui/Button';
import { ErrorView } from '../ui/ErrorView';
import { Field } from '../ui/Field';
import { Switch, TextInput } from '../ui/inputs';
import { Facts } from '../ui/Panel';
import { Skeleton } from '../ui/Skeleton';
import { WIZARDS } from './definitions';
import { EstimateCard } from './EstimateCard';
import { changedFields } from './form/fields';
import { showSetting } from './form/show-setting';
import type { Material } from './material';
import { PickStep } from './PickStep';
import { SettingsStep } from './SettingsStep';
import { Stepper } from './Stepper';
import type { StageKind } from './suggestions';
import { texts } from './texts/en';
import { TokensStep } from './TokensStep';
import { useMaterial } from './use-material';
import { useAskedPicks, useStart, useWizard, type WizardState } from './use-wizard';
import { stepsOf, withSettings, type StepId } from './wizard-draft';
import './wizard.css';

export interface WizardProps {
  readonly kind: StageKind;
  readonly projectId: ProjectId;
  /** What a link asked to start from, e.g. `?checkpoint=…`. */
  readonly query: URLSearchParams;
}

/** The wizard of any stage: start from, settings, check and start. It opens in the page and keeps its draft. */
export function Wizard({ kind, projectId, query }: WizardProps) {
  const { material, failed } = useMaterial(projectId);
  const { title, sentence } = WIZARDS[kind];
  return (
    <PageFrame title={title} sentence={sentence}>
      {failed && <ErrorView error={failed.error} onRetry={() => void failed.refetch()} />}
      {!failed && !material && <Skeleton lines={8} />}
      {!failed && material && <WizardBody kind={kind} projectId={projectId} query={query} material={material} />}
    </PageFrame>
  );
}

function WizardBody({ kind, projectId, query, material }: WizardProps & { readonly material: Material }) {
  const wizard = useWizard(kind, projectId, material);
  const { draft, outcome } = wizard;
  useAskedPicks(draft, query);
  const start = useStart(projectId, (run) => {
    draft.clear();
    navigate('run', { projectId, runId: run.id });
  });
  if (!draft.isReady) return <Skeleton lines={8} />;
  const { step } = draft.value;
  const goTo = (next: StepId): void => draft.update((now) => ({ ...now, step: next }));
  const steps = stepsOf(kind);
  const at = steps.indexOf(step);
  const [previous, next] = [steps[at - 1], steps[at + 1]];
  return (
    <div className="wizard">
      <Stepper steps={steps} current={step} onGo={goTo} />
      <div className="wizard-columns">
        <div className="wizard-main">
          {step === 'start' && <PickStep wizard={wizard} projectId={projectId} material={material} />}
          {step === 'tokens' && <TokensStep wizard={wizard} projectId={projectId} />}
          {step === 'settings' && <SettingsStep wizard={wizard} projectId={projectId} />}
          {step === 'review' && <ReviewStep wizard={wizard} />}
          {start.isError && <ErrorView error={start.error} />}
          <div className="wizard-foot">
            {previous && <Button onClick={() => goTo(previous)}>{texts.back}</Button>}
            {next ? (
              <Button look="primary" onClick={() => goTo(next)}>
                {texts.next}
              </Button>
            ) : (
              <Button
                look="primary"
                isBusy={start.isPending}
                disabledReason={outcome.ok ? null : outcome.reason}
                onClick={() =>
                  outcome.ok &&
                  start.mutate({
                    spec: outcome.spec,
                    name: draft.value.name,
                    thenExamples: draft.value.thenExamples,
                    picked: wizard.picked,
                  })
                }
              >
                {STAGES[kind].verb}
              </Button>
            )}
            <span className="wizard-kept muted small">
              {texts.draftKept}
              <Button look="quiet" onClick={draft.clear}>
                {texts.startAgain}
              </Button>
            </span>
          </div>
        </div>
        <aside className="wizard-side" aria-label={texts.summary}>
          <Summary wizard={wizard} />
          <EstimateCard
            projectId={projectId}
            spec={outcome.ok ? outcome.spec : null}
            isDue={step === 'review'}
            onChange={(changes) =>
              draft.update((now) => withSettings(now, wizard.suggested, { ...wizard.config, ...changes }))
            }
          />
        </aside>
      </div>
    </div>
  );
}

function ReviewStep({ wizard }: { readonly wizard: WizardState }) {
  const { draft, kind, fields, config, suggested } = wizard;
  const changed = changedFields(fields, config, suggested);
  return (
    <div className="stack">
      <Field label={texts.runName} help={texts.runNameHelp}>
        {(ids) => (
          <TextInput
            {...ids}
            value={draft.value.name}
            maxLength={120}
            onChange={(event) => draft.update((now) => ({ ...now, name: event.target.value }))}
          />
        )}
      </Field>
      {kind === 'search' && (
        <Field label={texts.thenExamples} help={texts.thenExamplesHelp}>
          {(ids) => (
            <Switch
              {...ids}
              checked={draft.value.thenExamples}
              onChange={(thenExamples) => draft.update((now) => ({ ...now, thenExamples }))}
            />
          )}
        </Field>
      )}
      <section className="stack" aria-label={texts.changedList}>
        <h3>{texts.changedList}</h3>
        {changed.length === 0 ? (
          <p className="muted">{texts.nothingChanged}</p>
        ) : (
          <Facts
            rows={fields
              .filter((field) => changed.includes(field.name))
              .map(
                (field) =>
                  [
                    field.label,
                    texts.changedFrom(showSetting(config[field.name]), showSetting(suggested[field.name])),
                  ] as const,
              )}
          />
        )}
      </section>
    </div>
  );
}

function Summary({ wizard }: { readonly wizard: WizardState }) {
  const { outcome, kind, names } = wizard;
  return (
    <section aria-label={texts.summary}>
      <h3>{texts.summary}</h3>
      {outcome.ok ? (
        <ul className="summary">
          {WIZARDS[kind].summarise(outcome.spec, names).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p className="muted">{outcome.reason}</p>
      )}
    </section>
  );
}
