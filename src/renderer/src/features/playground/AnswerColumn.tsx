import { useMutation } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import type { TokenName } from '@contracts/playground';
import { api } from '../../lib/api';
import { formatBytes, formatFixed, formatNumber } from '../../lib/format';
import { parseResponse } from '../../tokens/parse-response';
import { ReasoningBlocks, type ReasoningBlock } from '../../tokens/ReasoningBlocks';
import { countVisits } from '../../tree-viewer/tree-facts';
import { TreeViewer } from '../../tree-viewer/TreeViewer';
import { useTreeView, type TreeSource } from '../../tree-viewer/use-tree-view';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Mark, Notice } from '../../ui/marks';
import { isUnderWay, type AnswerState } from './answer-state';
import { BoundaryChoices } from './BoundaryChoices';
import { pairBoundaries } from './pair-boundaries';
import type { Answer, AskInput } from './use-answer';
import { texts } from './texts/en';

interface AnswerColumnProps {
  readonly label: string;
  /** The choice of the model, at the column's head. */
  readonly head: ReactNode;
  readonly answer: Answer;
  /** What a press on another token asks; null while the form is not complete. */
  readonly input: AskInput | null;
  readonly actions: ReactNode;
}

/** One model's answer: its state in a line, the response block by block with what could have come instead, the tree of a search. */
export function AnswerColumn({ label, head, answer, input, actions }: AnswerColumnProps) {
  const { state } = answer;
  const force = input && !isUnderWay(state) ? (at: number, token: TokenName) => answer.force(input, at, token) : null;
  return (
    <section className="play-column" aria-label={label} aria-busy={isUnderWay(state)}>
      {head}
      <Standing state={state} input={input} />
      {state.phase === 'failed' && <ErrorView error={state.error} />}
      {state.phase === 'idle' && <p className="muted">{texts.idle}</p>}
      {state.nodes.length > 0 && <GrowingAnswer state={state} />}
      <Response state={state} onForce={force} />
      <Outcome state={state} />
      {(state.phase === 'finished' || state.phase === 'stopped') && <div className="row">{actions}</div>}
    </section>
  );
}

function Standing({ state, input }: { readonly state: AnswerState; readonly input: AskInput | null }) {
  const close = useMutation(api.playground.close.mutationOptions());
  const { ready, phase } = state;
  return (
    <>
      {ready?.isBesideRun && <Notice tone="info">{texts.besideRun}</Notice>}
      <p className="play-standing" role="status">
        {phase === 'opening' && texts.opening}
        {phase === 'thinking' && texts.thinking}
        {phase === 'stopped' && texts.stopped}
        {ready && phase !== 'opening' && (
          <span className="muted"> {texts.ready(formatBytes(ready.memoryBytes), ready.threads)}</span>
        )}
        {ready && input && (phase === 'finished' || phase === 'stopped') && (
          <Button
            look="quiet"
            isBusy={close.isPending}
            onClick={() => close.mutate({ checkpointId: input.checkpointId })}
          >
            {texts.closeModel}
          </Button>
        )}
      </p>
      {close.error && <ErrorView error={close.error} />}
    </>
  );
}

/** The response as blocks. A boundary belongs to the step that follows it, so what could come next stands at a step's foot. */
function Response({
  state,
  onForce,
}: {
  readonly state: AnswerState;
  readonly onForce: ((at: number, token: TokenName) => void) | null;
}) {
  const { text, boundaries } = state;
  const parsed = useMemo(() => parseResponse(text), [text]);
  if (text === '' && boundaries.length === 0) return null;
  const steps = parsed.flatMap(({ token }) => token ?? []);
  const paired = pairBoundaries(steps, boundaries);
  const choices = (step: number, label: string): ReactNode => {
    const boundary = paired[step];
    if (!boundary) return null;
    return (
      <BoundaryChoices
        key={boundary.at}
        label={label}
        boundary={boundary}
        onForce={onForce && ((token) => onForce(boundary.at, token))}
      />
    );
  };
  const stepsUntil = (at: number): number => parsed.slice(0, at + 1).filter(({ token }) => token !== null).length;
  const blocks = parsed.map((block, at): ReasoningBlock => ({
    ...block,
    foot: block.token === null ? null : choices(stepsUntil(at), texts.next),
  }));
  return (
    <div className="play-response">
      {choices(0, texts.begin)}
      <ReasoningBlocks label={texts.response} blocks={blocks} />
    </div>
  );
}

function GrowingAnswer({ state }: { readonly state: AnswerState }) {
  const { nodes, simulations } = state;
  const tree = useMemo(
    (): TreeSource => ({ nodes: countVisits(nodes, simulations), simulations }),
    [nodes, simulations],
  );
  const view = useTreeView(tree);
  return (
    <div className="play-tree" role="group" aria-label={texts.tree}>
      <TreeViewer view={view} total={simulations.length} isCompact />
    </div>
  );
}

function Outcome({ state }: { readonly state: AnswerState }) {
  const { end } = state;
  if (!end) return null;
  return (
    <div className="play-outcome" role="status">
      {end.reason === 'vote' && <p className="muted">{texts.vote}</p>}
      <p>
        <b>{texts.answer}:</b> {end.answer ?? texts.noAnswer}{' '}
        {end.isRight !== null && (
          <Mark tone={end.isRight ? 'good' : 'bad'} glyph={end.isRight ? '✓' : '✗'}>
            {end.isRight ? texts.right : texts.wrong}
          </Mark>
        )}{' '}
        {end.why !== '' && <span className="muted">{end.why}</span>}
      </p>
      <p className="muted">
        {texts.finished(
          end.tokens,
          formatFixed(end.seconds, 1),
          formatNumber(end.tokens / Math.max(end.seconds, 0.001)),
        )}{' '}
        {texts.reasons[end.reason]}
      </p>
    </div>
  );
}
