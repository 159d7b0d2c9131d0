import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Example } from '@contracts/examples';
import { Inspector } from '../../app/Inspector';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { MathText } from '../../tokens/MathText';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { TextArea } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Mark, Notice } from '../../ui/marks';
import { Facts, Panel } from '../../ui/Panel';
import type { Review } from './use-review';
import { texts } from './texts/en';

/** One example, whole: question, reasoning in blocks, problems and note; its lineage in the inspector. */
export function ExampleFocus({
  example,
  projectId,
  review,
}: {
  readonly example: Example;
  readonly projectId: string;
  readonly review: Review;
}) {
  return (
    <>
      <p className="review-question">
        <MathText text={example.prompt} />
      </p>
      <p className="review-quiet">
        {texts.reference}: <b>{example.referenceAnswer}</b> · {texts.kinds[example.kind]} ·{' '}
        {texts.tokens(example.tokenCount)}{' '}
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
      <ReasoningBlocks
        label={texts.reasoning}
        blocks={example.steps.map((step, at) => ({
          token: step.token,
          text: step.text,
          isWrong: step.role === 'wrong',
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
      <Lineage example={example} projectId={projectId} />
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
        <Button onClick={() => review.decide({ action: 'note', note })}>{texts.saveNote}</Button>
      )}
    </div>
  );
}

function Lineage({ example, projectId }: { readonly example: Example; readonly projectId: string }) {
  const found = useQuery(api.examples.get.queryOptions({ input: { id: example.id } }));
  return (
    <Inspector title={texts.lineage}>
      <Loaded query={found}>
        {({ lineage }) => {
          const rows = [
            lineage.treeId &&
              ([
                texts.tree,
                <a key="tree" href={href('tree', { projectId, treeId: lineage.treeId })}>
                  {example.questionId}
                </a>,
              ] as const),
            lineage.searchRunId &&
              ([
                texts.run,
                <a key="search" href={href('run', { projectId, runId: lineage.searchRunId })}>
                  {lineage.searchRunName}
                </a>,
              ] as const),
            lineage.examplesRunId &&
              ([
                texts.madeBy,
                <a key="made" href={href('run', { projectId, runId: lineage.examplesRunId })}>
                  {texts.madeBy}
                </a>,
              ] as const),
            lineage.questionSetId &&
              ([
                texts.set,
                <a key="set" href={href('questionSet', { projectId, setId: lineage.questionSetId })}>
                  {lineage.questionSetName}
                </a>,
              ] as const),
          ].filter((row) => row !== null);
          return (
            <>
              <Facts rows={rows} />
              <Panel title={texts.usedIn}>
                {lineage.usedIn.length === 0 ? (
                  <p className="review-quiet">{texts.unused}</p>
                ) : (
                  <ul>
                    {lineage.usedIn.map((run) => (
                      <li key={run.runId}>
                        <a href={href('run', { projectId, runId: run.runId })}>{run.name}</a>
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
            </>
          );
        }}
      </Loaded>
    </Inspector>
  );
}
