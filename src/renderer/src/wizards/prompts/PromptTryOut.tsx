import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EditablePrompts, PromptTemplate, TrialEvent } from '@contracts/prompts';
import { api } from '../../lib/api';
import { formatDuration, formatInteger } from '../../lib/format';
import type { Draft } from '../../lib/use-draft';
import { MathText } from '../../tokens/MathText';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Mark } from '../../ui/marks';
import { Disclosure } from '../../ui/Panel';
import { promptTexts } from '../texts/prompts.en';
import { tokenOf, type PromptDraft } from './prompt-draft';
import type { PromptWorkshopProps } from './PromptWorkshop';
import type { TrialState } from './trial-state';
import { useTrial } from './use-trial';

const texts = promptTexts.tryOut;

export interface PromptTryOutProps extends PromptWorkshopProps {
  readonly set: EditablePrompts;
  readonly draft: Draft<PromptDraft>;
  readonly template: PromptTemplate;
  /** Every prompt can be used as it is. */
  readonly isFit: boolean;
}

/** One prompt on one question: the model of the run writes the step, and what is kept of it becomes the history of the next try. */
export function PromptTryOut({ spec, set, draft, template, isFit }: PromptTryOutProps) {
  const { question: at, steps, seed, texts: changed } = draft.value;
  const rows = useQuery(
    api.questions.rows.queryOptions({
      input: { id: spec.questionSetId, search: '', offset: at, limit: 1 },
      placeholderData: keepPreviousData,
    }),
  );
  const trial = useTrial();
  const { state } = trial;
  const [question] = rows.data?.rows ?? [];
  const isWriting = state.phase === 'opening' || state.phase === 'writing';
  const [action = 'next_step'] = template.actions;
  const { config } = spec;
  const start = (): void => {
    if (!question) return;
    trial.start({
      checkpointId: spec.checkpointId,
      from: set.name,
      texts: { ...changed },
      action,
      question: { prompt: question.prompt, referenceAnswer: question.referenceAnswer },
      steps: [...steps],
      temperature: config.temperature,
      maxTokens: action === 'direct_answer' ? config.maxAnswerTokens : config.maxStepTokens,
      seed,
    });
    draft.update((now) => ({ ...now, seed: now.seed + 1 }));
  };
  const goTo = (next: number): void => {
    trial.clear();
    draft.update((now) => ({ ...now, question: next, steps: [] }));
  };
  if (rows.isError) return <ErrorView error={rows.error} onRetry={() => void rows.refetch()} />;
  return (
    <section className="prompt-trial" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      {question && (
        <div className="prompt-question">
          <p>
            <MathText text={question.prompt} />
          </p>
          <p className="muted small">{texts.reference(question.referenceAnswer)}</p>
        </div>
      )}
      <div className="row">
        <Button look="quiet" disabledReason={at === 0 ? texts.first : null} onClick={() => goTo(at - 1)}>
          {texts.previous}
        </Button>
        <Button
          look="quiet"
          disabledReason={at + 1 >= (rows.data?.total ?? 0) ? texts.last : null}
          onClick={() => goTo(at + 1)}
        >
          {texts.next}
        </Button>
      </div>
      {steps.length > 0 && (
        <ReasoningBlocks
          label={texts.history}
          blocks={steps.map(({ token, text }, i) => ({
            token,
            text,
            note: (
              <Button look="quiet" onClick={() => draft.update((now) => ({ ...now, steps: now.steps.slice(0, i) }))}>
                {texts.dropFrom}
              </Button>
            ),
          }))}
        />
      )}
      <div className="row">
        {isWriting ? (
          <Button onClick={trial.stop}>{texts.stop}</Button>
        ) : (
          <Button disabledReason={isFit ? null : promptTexts.check.some} onClick={start}>
            {state.phase === 'idle' ? texts.start : texts.again}
          </Button>
        )}
        <span className="muted small" aria-live="polite">
          {texts.phases[state.phase]}
        </span>
      </div>
      <Written state={state} />
      {state.phase === 'finished' && state.end && state.end.text !== '' && (
        <p>
          <Button
            onClick={() => {
              const step = { token: tokenOf(state.action ?? action), text: state.text };
              trial.clear();
              draft.update((now) => ({ ...now, steps: [...now.steps, step] }));
            }}
          >
            {texts.keep}
          </Button>
        </p>
      )}
    </section>
  );
}

function Written({ state }: { readonly state: TrialState }) {
  const { action, text, asked, end, error, phase } = state;
  if (phase === 'failed') return <ErrorView error={error} />;
  if (action === null) return null;
  return (
    <>
      {(text !== '' || end !== null) && (
        <ReasoningBlocks
          label={texts.written}
          blocks={[
            {
              token: tokenOf(action),
              text: text === '' ? texts.nothing : text,
              isOpenEnded: end?.isTruncated ?? false,
              note: end && texts.took(formatInteger(end.tokens), formatDuration(end.seconds)),
              foot: end && <Verdict end={end} />,
            },
          ]}
        />
      )}
      {asked && (
        <Disclosure summary={texts.asked}>
          <pre className="prompt-asked mono" tabIndex={0}>
            {asked.message}
            {asked.continuation !== '' && `\n\n${texts.goesOn}\n${asked.continuation}`}
          </pre>
        </Disclosure>
      )}
    </>
  );
}

/** What the checker says of an answer, or what a check comes to. */
function Verdict({ end: { verdict, check } }: { readonly end: Extract<TrialEvent, { type: 'finished' }> }) {
  if (verdict)
    return (
      <p className="prompt-verdict">
        <Mark tone={verdict.isRight ? 'good' : 'bad'} glyph={verdict.isRight ? '✓' : '✗'}>
          {verdict.isRight ? texts.right : texts.wrong}
        </Mark>{' '}
        <span className="muted">
          {texts.answer(verdict.answer ?? texts.noAnswer)} {verdict.why}
        </span>
      </p>
    );
  if (check === null) return null;
  const look = {
    right: { tone: 'good', glyph: '✓' },
    wrong: { tone: 'warn', glyph: '✗' },
    none: { tone: 'idle', glyph: '–' },
  } as const;
  return (
    <p className="prompt-verdict">
      <Mark {...look[check]}>{texts.checks[check]}</Mark>
    </p>
  );
}
