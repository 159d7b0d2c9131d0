import { useState, type RefObject } from 'react';
import type { Example } from '@contracts/examples';
import { Inspector } from '../../app/Inspector';
import { MathText } from '../../tokens/MathText';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { TextArea } from '../../ui/inputs';
import { Mark, Notice } from '../../ui/marks';
import { Journal } from './Journal';
import { LabelBar } from './LabelBar';
import { Lineage } from './Lineage';
import type { Keys } from '../../actions/keys';
import { StepMarkBar } from './StepMarks';
import type { Review } from './use-review';
import { texts } from './texts/en';

/** One example, whole: question, reasoning in blocks, problems and note; its lineage in the inspector. */
export function ExampleFocus({
  example,
  projectId,
  review,
  keys,
  tagRef,
}: {
  readonly example: Example;
  readonly projectId: string;
  readonly review: Review;
  readonly keys: Keys;
  readonly tagRef: RefObject<HTMLInputElement | null>;
}) {
  return (
    <>
      <p className="review-question">
        <MathText text={example.prompt} />
      </p>
      <p className="review-quiet">
        {example.referenceAnswer !== '' && (
          <>
            {texts.reference}: <b>{example.referenceAnswer}</b> ·{' '}
          </>
        )}
        {texts.kinds[example.kind]} {example.tokenCount > 0 && `· ${texts.tokens(example.tokenCount)}`}{' '}
        {example.isEdited && (
          <Mark tone="active" glyph="✎">
            {texts.edited}
          </Mark>
        )}
      </p>
      {example.problems.length > 0 && (
        <Notice tone="warn">
          <ul className="review-problems" aria-label={texts.problems}>
            {example.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      <LabelBar example={example} review={review} keys={keys} tagRef={tagRef} />
      <ReasoningBlocks
        label={texts.reasoning}
        blocks={example.steps.map((step, at) => ({
          token: step.token,
          text: step.text,
          isWrong: step.role === 'wrong',
          foot: <StepMarkBar key={example.id} example={example} stepIndex={at} review={review} />,
          note: [
            step.role === 'verify' && example.steps[at - 1]?.role === 'wrong'
              ? texts.findsMistake
              : texts.roles[step.role],
            step.isTrained ? '' : texts.masked,
          ]
            .filter(Boolean)
            .join(' · '),
        }))}
      />
      <NoteField key={example.id} example={example} review={review} />
      <Inspector title={texts.lineage}>
        <Lineage example={example} projectId={projectId} />
        <Journal datasetId={review.datasetId} />
      </Inspector>
    </>
  );
}

function NoteField({ example, review }: { readonly example: Example; readonly review: Review }) {
  const [note, setNote] = useState(example.note);
  return (
    <div className="review-note">
      <Field label={texts.note}>
        {(ids) => <TextArea {...ids} rows={2} value={note} onChange={(event) => setNote(event.target.value)} />}
      </Field>
      {note !== example.note && (
        <Button onClick={() => review.decideOne({ action: 'note', note })}>{texts.saveNote}</Button>
      )}
    </div>
  );
}
