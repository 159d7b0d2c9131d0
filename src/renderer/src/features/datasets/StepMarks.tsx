import { useState } from 'react';
import type { Example, StepMark } from '@contracts/examples';
import { Button } from '../../ui/Button';
import { TextInput } from '../../ui/inputs';
import type { Review } from './use-review';
import { texts } from './texts/en';

const NO_MARK: StepMark = { verdict: null, note: '' };
const VERDICTS = ['right', 'wrong'] as const;

/** A reviewer's word on one step: right, wrong, or nothing, and a note. Kept as labels for process reward models. */
export function StepMarkBar({
  example,
  stepIndex,
  review,
}: {
  readonly example: Example;
  readonly stepIndex: number;
  readonly review: Review;
}) {
  const mark = example.stepMarks[stepIndex] ?? NO_MARK;
  const [note, setNote] = useState<string | null>(null);
  const save = (next: StepMark) =>
    review.decideOne({ action: 'step', stepIndex, mark: next, revision: example.revision });
  return (
    <span className="review-step-mark" role="group" aria-label={texts.stepMark(stepIndex + 1)}>
      {VERDICTS.map((verdict) => (
        <Button
          key={verdict}
          look="quiet"
          aria-pressed={mark.verdict === verdict}
          aria-label={texts.stepVerdictOf(texts.stepVerdicts[verdict], stepIndex + 1)}
          onClick={() => save({ ...mark, verdict: mark.verdict === verdict ? null : verdict })}
        >
          {texts.stepVerdicts[verdict]}
        </Button>
      ))}
      {note === null ? (
        <Button look="quiet" onClick={() => setNote(mark.note)}>
          {mark.note === '' ? texts.stepNote : `“${mark.note}”`}
        </Button>
      ) : (
        <TextInput
          aria-label={texts.stepNoteOf(stepIndex + 1)}
          autoFocus
          maxLength={1000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onBlur={() => {
            if (note !== mark.note) save({ ...mark, note });
            setNote(null);
          }}
          onKeyDown={(event) => (event.key === 'Enter' || event.key === 'Escape') && event.currentTarget.blur()}
        />
      )}
    </span>
  );
}
