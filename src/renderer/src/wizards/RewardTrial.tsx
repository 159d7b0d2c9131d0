import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { RewardedPath, RewardPreview } from '@contracts/previews';
import { href } from '../app/route-paths';
import { api } from '../lib/api';
import { formatFixed, formatInteger, formatPercent } from '../lib/format';
import { useDebounced } from '../lib/use-debounced';
import { TokenMark } from '../tokens/TokenMark';
import { Loaded } from '../ui/Loaded';
import { Notice } from '../ui/marks';
import { Disclosure } from '../ui/Panel';
import { Skeleton } from '../ui/Skeleton';
import { Table, type Column } from '../ui/Table';
import { previewTexts as texts } from './texts/previews.en';
import './previews.css';

type RlConfig = Extract<JobSpec, { kind: 'rl' }>['config'];

const SETTLE_MS = 250;
/** From here on a reward sorts paths against their answers often enough to say so. */
const UPSET_SHARE = 0.02;

/** The reward of the settings, tried on paths of stored trees: each part with what it looked at. Nothing runs. */
export function RewardTrial({ projectId, config }: { readonly projectId: ProjectId; readonly config: RlConfig }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Disclosure summary={texts.reward.title} onToggle={setOpen}>
      {isOpen && <Tried projectId={projectId} config={config} />}
    </Disclosure>
  );
}

function Tried({ projectId, config }: { readonly projectId: ProjectId; readonly config: RlConfig }) {
  const settled = useDebounced(config, SETTLE_MS);
  const preview = useQuery(
    api.previews.reward.queryOptions({
      input: { projectId, config: settled },
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <Loaded query={preview} skeleton={<Skeleton lines={5} />}>
      {(data) => <Outcome projectId={projectId} preview={data} />}
    </Loaded>
  );
}

function Outcome({ projectId, preview }: { readonly projectId: ProjectId; readonly preview: RewardPreview }) {
  const { trees, settled, paths, rightMean, wrongMean, upsetShare } = preview;
  if (trees === 0) return <p className="muted">{texts.reward.noTrees}</p>;
  return (
    <div className="stack">
      <p>
        {texts.reward.sentence(
          formatInteger(trees),
          formatInteger(settled),
          rightMean === null ? '–' : formatFixed(rightMean, 2),
          wrongMean === null ? '–' : formatFixed(wrongMean, 2),
        )}
      </p>
      {upsetShare !== null && upsetShare > UPSET_SHARE && (
        <Notice>{texts.reward.upset(formatPercent(upsetShare))}</Notice>
      )}
      <Table
        caption={texts.reward.title}
        columns={columnsFor(projectId)}
        rows={[...paths].sort((a, b) => b.total - a.total)}
        rowKey={({ treeId, leaf }) => `${treeId} ${leaf}`}
      />
    </div>
  );
}

const signed = (value: number): string => (value === 0 ? '0' : formatFixed(value, 2));

function columnsFor(projectId: ProjectId): readonly Column<RewardedPath>[] {
  const { columns } = texts.reward;
  return [
    {
      id: 'path',
      title: columns.path,
      cell: (path) => (
        <>
          <a href={href('tree', { projectId, treeId: path.treeId })} className="reward-question">
            {path.prompt}
          </a>
          <ol className="reward-steps">
            {path.steps.map(({ token, promise, reward }, at) => (
              <li key={at}>
                <TokenMark kind={token} isShort />
                <span className="small muted">
                  {texts.reward.step(formatFixed(promise, 2), reward === 0 ? '' : signed(reward))}
                </span>
              </li>
            ))}
          </ol>
        </>
      ),
    },
    {
      id: 'inputs',
      title: columns.inputs,
      width: '22%',
      cell: (path) => (
        <span className="small">
          {texts.reward.inputs(
            path.answer ?? texts.reward.noAnswer,
            path.isRight ? texts.reward.right : texts.reward.wrong(path.referenceAnswer),
            path.isWellFormed ? texts.reward.goodForm : texts.reward.badForm,
            formatInteger(path.tokens),
          )}
        </span>
      ),
    },
    { id: 'answer', title: columns.answer, isNumber: true, width: '64px', cell: ({ parts }) => signed(parts.answer) },
    { id: 'steps', title: columns.steps, isNumber: true, width: '64px', cell: ({ parts }) => signed(parts.steps) },
    { id: 'form', title: columns.form, isNumber: true, width: '56px', cell: ({ parts }) => signed(parts.form) },
    { id: 'length', title: columns.length, isNumber: true, width: '64px', cell: ({ parts }) => signed(parts.length) },
    {
      id: 'total',
      title: columns.total,
      isNumber: true,
      width: '64px',
      cell: ({ total }) => <strong>{signed(total)}</strong>,
    },
  ];
}
