import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RunId } from '@contracts/ids';
import type { Sample } from '@contracts/runs';
import { api } from '../../lib/api';
import { formatNumber } from '../../lib/format';
import { MathText } from '../../tokens/MathText';
import { parseResponse } from '../../tokens/parse-response';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Field } from '../../ui/Field';
import { Select, Switch } from '../../ui/inputs';
import { Mark } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { SampleDiff } from './SampleDiff';
import { texts } from './texts/en';

/** What the model wrote to one question at two steps side by side, with what changed; the watched questions first, then paths of RL. */
export function RunSamples({ runId }: { readonly runId: RunId }) {
  const samples = useQuery(api.runs.samples.queryOptions({ input: { id: runId, limit: 500 } }));
  const [chosen, setChosen] = useState('');
  const groups = groupByQuestion(samples.data ?? []);
  const questionId = groups.some(({ id }) => id === chosen) ? chosen : (groups[0]?.id ?? '');
  const group = groups.find(({ id }) => id === questionId);
  return (
    <Panel title={texts.samplesTitle}>
      {!group ? (
        <p className="run-quiet">{texts.samplesEmpty}</p>
      ) : (
        <>
          <Field label={texts.sampleOf}>
            {(ids) => (
              <Select
                {...ids}
                value={questionId}
                onChange={setChosen}
                options={groups.map(({ id, samples: [sample], isWatched }) => ({
                  value: id,
                  label: `${sample?.prompt.slice(0, 110) ?? id} (${isWatched ? texts.watched : texts.explored})`,
                }))}
              />
            )}
          </Field>
          <SampleSteps key={questionId} samples={group.samples} />
        </>
      )}
    </Panel>
  );
}

/** @param samples of one question, steps ascending */
function SampleSteps({ samples }: { readonly samples: readonly Sample[] }) {
  // The latest beside the first, until a person looks at other steps: then a run that goes on does not move them.
  const [picked, setPicked] = useState<{ readonly early: string | null; readonly late: string | null }>({
    early: null,
    late: null,
  });
  const [isMarked, setMarked] = useState(true);
  const find = (step: string | null) => samples.find((sample) => String(sample.step) === step);
  const late = find(picked.late) ?? samples.at(-1);
  const early = find(picked.early) ?? samples[0];
  if (!late || !early) return null;
  const steps = samples.map(({ step, isRight }) => ({
    value: String(step),
    label: `${step}${isRight === null ? '' : isRight ? ' ✓' : ' ✗'}`,
  }));
  const hasTwo = early !== late;
  return (
    <>
      <p className="run-question">
        <MathText text={late.prompt} />
      </p>
      <div className="row run-sample-tools">
        <span className="run-quiet">
          {texts.reference}: <b>{late.referenceAnswer}</b>
        </span>
        {samples.length > 1 && (
          <>
            <label className="run-step">
              {texts.sampleAt}
              <Select
                value={String(late.step)}
                options={steps}
                onChange={(step) => setPicked((now) => ({ ...now, late: step }))}
              />
            </label>
            <label className="run-step">
              {texts.compareWith}
              <Select
                value={String(early.step)}
                options={steps}
                onChange={(step) => setPicked((now) => ({ ...now, early: step }))}
              />
            </label>
            <label className="chart-tools-switch">
              <Switch checked={isMarked} onChange={setMarked} /> {texts.showDiff}
            </label>
          </>
        )}
      </div>
      <div className="run-samples">
        {hasTwo && <SampleColumn sample={early} />}
        <SampleColumn sample={late} {...(hasTwo && isMarked && { since: early })} />
      </div>
      {hasTwo && isMarked && <p className="run-quiet">{texts.diffLegend}</p>}
    </>
  );
}

function SampleColumn({ sample, since }: { readonly sample: Sample; readonly since?: Sample }) {
  const title = texts.sampleStep(sample.step);
  return (
    <article className="run-sample" aria-label={title} tabIndex={0}>
      <header>
        <b>{title}</b>
        {sample.isRight !== null && (
          <Mark tone={sample.isRight ? 'good' : 'bad'} glyph={sample.isRight ? '✓' : '✗'}>
            {sample.isRight ? texts.right : texts.wrong}
          </Mark>
        )}
        {sample.reward !== null && (
          <span className="run-quiet">
            {texts.reward(formatNumber(sample.reward))}
            {rewardParts(sample)}
          </span>
        )}
      </header>
      {since ? (
        <SampleDiff label={title} before={since.text} after={sample.text} />
      ) : (
        <ReasoningBlocks label={title} blocks={parseResponse(sample.text)} />
      )}
    </article>
  );
}

/** `: answer 1, steps −0.2`; parts of nothing are left out. */
function rewardParts({ rewardParts: parts }: Sample): string {
  const names: Readonly<Record<string, string>> = texts.metrics.rewardParts;
  const shown = Object.entries(parts).filter(([, value]) => Math.abs(value) > 1e-9);
  return shown.length === 0
    ? ''
    : `: ${shown.map(([name, value]) => texts.rewardPart(names[name] ?? name, formatNumber(value))).join(', ')}`;
}

interface QuestionSamples {
  readonly id: string;
  readonly isWatched: boolean;
  readonly samples: readonly Sample[];
}

function groupByQuestion(samples: readonly Sample[]): readonly QuestionSamples[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of [...samples].sort((a, b) => a.step - b.step))
    groups.set(sample.questionId, [...(groups.get(sample.questionId) ?? []), sample]);
  const list = [...groups].map(([id, own]) => ({
    id,
    samples: own,
    // Runs of earlier versions did not say; what they explored carries a reward.
    isWatched: own.some(({ source, reward }) => source === 'watched' || (source === undefined && reward === null)),
  }));
  return [...list.filter(({ isWatched }) => isWatched), ...list.filter(({ isWatched }) => !isWatched)];
}
