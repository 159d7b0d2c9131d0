import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { EvaluationItem } from '@contracts/evaluations';
import type { EvaluationId } from '@contracts/ids';
import { explainAnswers } from '@core/tasks/explain';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Mark } from '../../ui/marks';
import { texts } from './texts/en';

/** The verdict on one answer with its reason, and the way to say that the checker is mistaken. */
export function AnswerVerdict({
  evaluationId,
  item,
}: {
  readonly evaluationId: EvaluationId;
  readonly item: EvaluationItem;
}) {
  const correct = useMutation(api.evaluations.correct.mutationOptions());
  const { answer, referenceAnswer, isRight, isCorrected } = item;
  const explained = useMemo(
    () => (answer === null ? null : explainAnswers(answer, referenceAnswer)),
    [answer, referenceAnswer],
  );
  const say = (value: boolean | null) =>
    correct.mutate({ id: evaluationId, questionId: item.questionId, isRight: value });
  return (
    <>
      <Mark tone={isRight ? 'good' : 'bad'} glyph={isRight ? '✓' : '✗'}>
        {isRight ? texts.right : texts.wrong}
        {isCorrected === true && ` (${texts.byYou})`}
      </Mark>
      <span className="compare-quiet">
        {texts.answer}: <b>{answer ?? texts.noAnswer}</b>. {explained?.why ?? item.why}
        {explained?.answer.value && ` ${texts.readAs(explained.answer.form, explained.answer.value)}`}
      </span>
      {isCorrected === true ? (
        <Button look="quiet" isBusy={correct.isPending} onClick={() => say(null)}>
          {texts.undoCorrection}
        </Button>
      ) : (
        <Button look="quiet" isBusy={correct.isPending} onClick={() => say(!isRight)}>
          {isRight ? texts.callWrong : texts.callRight}
        </Button>
      )}
      {correct.isError && <ErrorView error={correct.error} />}
    </>
  );
}
