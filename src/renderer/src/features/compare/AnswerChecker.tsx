import { useDeferredValue, useMemo, useState } from 'react';
import { explainAnswers, type AnswerReading } from '@core/tasks/explain';
import { Field } from '../../ui/Field';
import { TextInput } from '../../ui/inputs';
import { Mark } from '../../ui/marks';
import { Disclosure, Facts, Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const words = texts.checker;

/** Two answers and what the checker says of them: how each is read, and as what they are equal or not. */
export function AnswerChecker() {
  const [answer, setAnswer] = useState('7/2');
  const [reference, setReference] = useState('3.5');
  const [left, right] = [useDeferredValue(answer), useDeferredValue(reference)];
  const explained = useMemo(
    () => (left.trim() === '' || right.trim() === '' ? null : explainAnswers(left, right)),
    [left, right],
  );
  return (
    <Panel title={words.title}>
      <Disclosure summary={words.open}>
        <div className="compare-checker">
          <Field label={words.answer}>
            {(ids) => (
              <TextInput {...ids} value={answer} maxLength={500} onChange={(event) => setAnswer(event.target.value)} />
            )}
          </Field>
          <Field label={words.reference}>
            {(ids) => (
              <TextInput
                {...ids}
                value={reference}
                maxLength={500}
                onChange={(event) => setReference(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div role="status">
          {explained && (
            <>
              <p>
                <Mark tone={explained.equal ? 'good' : 'bad'} glyph={explained.equal ? '✓' : '✗'}>
                  {explained.equal ? words.same : words.different}
                </Mark>{' '}
                {explained.why}
              </p>
              <Facts
                rows={[
                  [words.answer, readingOf(explained.answer)],
                  [words.reference, readingOf(explained.reference)],
                ]}
              />
            </>
          )}
        </div>
      </Disclosure>
    </Panel>
  );
}

function readingOf({ form, value }: AnswerReading): string {
  return value === null ? words.reading(form) : words.readingOf(form, value);
}
