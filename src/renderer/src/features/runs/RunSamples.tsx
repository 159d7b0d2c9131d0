import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RunId } from '@contracts/ids';
import type { Sample } from '@contracts/runs';
import { api } from '../../lib/api';
import { formatNumber } from '../../lib/format';
import { parseResponse } from '../../tokens/parse-response';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Field } from '../../ui/Field';
import { Select } from '../../ui/inputs';
import { Mark } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';

/** What the model wrote to one question at the steps that were sampled, side by side. */
export function RunSamples({ runId }: { readonly runId: RunId }) {
  const samples = useQuery(api.runs.samples.queryOptions({ input: { id: runId, limit: 500 } }));
  const [chosen, setChosen] = useState('');
  const byQuestion = groupByQuestion(samples.data ?? []);
  const [first] = byQuestion.keys();
  const questionId = byQuestion.has(chosen) ? chosen : (first ?? '');
  const shown = byQuestion.get(questionId) ?? [];
  return (
    <Panel title={texts.samplesTitle}>
      {shown.length === 0 ? (
        <p className="run-quiet">{texts.samplesEmpty}</p>
      ) : (
        <>
          <Field label={texts.sampleOf}>
            {(ids) => (
              <Select
                {...ids}
                value={questionId}
                onChange={setChosen}
                options={[...byQuestion].map(([value, [sample]]) => ({
                  value,
                  label: sample?.prompt.slice(0, 110) ?? value,
                }))}
              />
            )}
          </Field>
          <p className="run-quiet">
            {texts.reference}: {shown[0]?.referenceAnswer}
          </p>
          <div className="run-samples">
            {shown.map((sample) => (
              <SampleColumn key={sample.step} sample={sample} />
            ))}
          </div>
        </>
      )}
    </Panel>
  );
}

function SampleColumn({ sample }: { readonly sample: Sample }) {
  const title = texts.sampleStep(sample.step);
  return (
    <article className="run-sample" aria-label={title}>
      <header>
        <b>{title}</b>
        {sample.isRight !== null && (
          <Mark tone={sample.isRight ? 'good' : 'bad'} glyph={sample.isRight ? '✓' : '✗'}>
            {sample.isRight ? texts.right : texts.wrong}
          </Mark>
        )}
        {sample.reward !== null && <span className="run-quiet">{texts.reward(formatNumber(sample.reward))}</span>}
      </header>
      <ReasoningBlocks label={title} blocks={parseResponse(sample.text)} />
    </article>
  );
}

function groupByQuestion(samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of [...samples].sort((a, b) => a.step - b.step))
    groups.set(sample.questionId, [...(groups.get(sample.questionId) ?? []), sample]);
  return groups;
}
