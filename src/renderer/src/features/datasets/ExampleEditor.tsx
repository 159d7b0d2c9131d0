import { useState } from 'react';
import type { Dataset, Example, ExampleStep } from '@contracts/examples';
import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import { factsOf } from '../../tokens/token-facts';
import { Button } from '../../ui/Button';
import { Select, Switch, TextArea } from '../../ui/inputs';
import { texts } from './texts/en';

/** Tokens of a data set; the eight where it names no others. */
function optionsOf(set: Dataset['tokenSet']) {
  return (set?.tokens ?? FUNCTIONAL_TOKENS).map((token) => {
    const { glyph, label } = factsOf(token);
    return { value: token.name, label: `${glyph} ${label}`, role: token.role };
  });
}

/** The steps of an example, each with its token, its text and whether it is taught. */
export function ExampleEditor({
  example,
  tokenSet,
  onSave,
  onCancel,
}: {
  readonly example: Example;
  /** Of the data set; null for the eight. */
  readonly tokenSet: Dataset['tokenSet'];
  readonly onSave: (steps: ExampleStep[]) => void;
  readonly onCancel: () => void;
}) {
  const [steps, setSteps] = useState<readonly ExampleStep[]>(example.steps);
  const options = optionsOf(tokenSet);
  const [work] = [...options.filter(({ role }) => role === 'next_step'), ...options];
  const change = (at: number, part: Partial<ExampleStep>) =>
    setSteps(steps.map((step, i) => (i === at ? { ...step, ...part } : step)));
  const insertAfter = (at: number, step: ExampleStep) =>
    setSteps([
      ...steps.slice(0, at + 1),
      { token: work?.value ?? step.token, text: '', isTrained: true, role: 'right', nodeIndex: null },
      ...steps.slice(at + 1),
    ]);
  const hasEmpty = steps.some((step) => step.text.trim() === '');
  return (
    <form
      className="review-editor"
      aria-label={texts.editTitle}
      onSubmit={(event) => {
        event.preventDefault();
        if (!hasEmpty) onSave(steps.map((step) => ({ ...step, text: step.text.trim() })));
      }}
    >
      {steps.map((step, at) => (
        <fieldset key={at} className="review-edit-step">
          <div className="row">
            <Select
              aria-label={texts.stepToken}
              value={step.token}
              options={options}
              onChange={(token) => change(at, { token })}
            />
            <label className="review-taught">
              <Switch checked={step.isTrained} onChange={(isTrained) => change(at, { isTrained })} /> {texts.isTrained}
            </label>
            <Button look="quiet" onClick={() => insertAfter(at, step)}>
              {texts.addStep}
            </Button>
            {steps.length > 1 && (
              <Button look="quiet" onClick={() => setSteps(steps.filter((_, i) => i !== at))}>
                {texts.removeStep}
              </Button>
            )}
          </div>
          <TextArea
            aria-label={texts.stepText}
            rows={Math.min(8, Math.max(2, step.text.split('\n').length))}
            value={step.text}
            onChange={(event) => change(at, { text: event.target.value })}
          />
        </fieldset>
      ))}
      <div className="row">
        <Button type="submit" look="primary" disabledReason={hasEmpty ? texts.stepText : null}>
          {texts.save}
        </Button>
        <Button onClick={onCancel}>{texts.cancel}</Button>
      </div>
    </form>
  );
}
