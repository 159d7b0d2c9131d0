import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { BatchTokenUse, FirstBatch as Batch } from '@contracts/previews';
import { api } from '../lib/api';
import { formatCount, formatInteger, formatPercent } from '../lib/format';
import { Button } from '../ui/Button';
import { Disclosure } from '../ui/Panel';
import { Loaded } from '../ui/Loaded';
import { Skeleton } from '../ui/Skeleton';
import { previewTexts as texts } from './texts/previews.en';
import './previews.css';

type SftSpec = Extract<JobSpec, { kind: 'sft' }>;

const USES: readonly BatchTokenUse[] = ['question', 'functional', 'text', 'masked'];
/** Rows shown before one asks for all. */
const FIRST_ROWS = 3;

/** The first update token by token: what is read, what is taught, what is masked and what only fills up. Asked for when opened. */
export function FirstBatch({ projectId, spec }: { readonly projectId: ProjectId; readonly spec: SftSpec }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Disclosure summary={texts.batch.title} onToggle={setOpen}>
      {isOpen && <Asked projectId={projectId} spec={spec} />}
    </Disclosure>
  );
}

function Asked({ projectId, spec }: { readonly projectId: ProjectId; readonly spec: SftSpec }) {
  const { checkpointId, datasetId, config } = spec;
  const batch = useQuery(
    api.previews.firstBatch.queryOptions({ input: { projectId, checkpointId, datasetId, config } }),
  );
  return (
    <Loaded query={batch} skeleton={<Skeleton lines={5} />}>
      {(data) => <Rows batch={data} />}
    </Loaded>
  );
}

function Rows({ batch }: { readonly batch: Batch }) {
  const [areAll, setAll] = useState(false);
  const { counts } = batch;
  const positions = counts.question + counts.functional + counts.text + counts.masked + counts.padding;
  const shown = areAll ? batch.rows : batch.rows.slice(0, FIRST_ROWS);
  return (
    <div className="stack">
      <p>
        {texts.batch.sentence(
          formatCount(batch.rows.length, 'example'),
          formatInteger(batch.passes),
          formatCount(batch.totalUpdates, 'update'),
          formatInteger(batch.trainExamples),
          formatInteger(batch.heldOutExamples),
          formatInteger(batch.leftOutExamples),
        )}
      </p>
      <ul className="batch-legend">
        {USES.map((use) => (
          <li key={use}>
            <span className="batch-token" data-use={use}>
              {texts.batch.uses[use].name}
            </span>{' '}
            {formatInteger(counts[use])} ({formatPercent(counts[use] / positions)}): {texts.batch.uses[use].meaning}
          </li>
        ))}
        <li>
          <span className="batch-token" data-use="padding">
            {texts.batch.padding}
          </span>{' '}
          {formatInteger(counts.padding)} ({formatPercent(counts.padding / positions)}): {texts.batch.paddingMeaning}
        </li>
      </ul>
      {shown.map((row, at) => (
        <div
          key={at}
          className="batch-row"
          role="group"
          aria-label={texts.batch.row(at + 1, row.questionId)}
          tabIndex={0}
        >
          {row.tokens.map(({ surface, use }, place) => (
            <span key={place} className="batch-token" data-use={use} title={texts.batch.uses[use].name}>
              {surface.replaceAll('\n', '⏎')}
            </span>
          ))}
          {row.padding > 0 && (
            <span className="batch-token" data-use="padding" title={texts.batch.padding}>
              {texts.batch.padded(row.padding)}
            </span>
          )}
        </div>
      ))}
      {!areAll && batch.rows.length > FIRST_ROWS && (
        <p>
          <Button onClick={() => setAll(true)}>{texts.batch.showAll(batch.rows.length)}</Button>
        </p>
      )}
    </div>
  );
}
