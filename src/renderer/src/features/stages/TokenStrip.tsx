import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { TokenPiece } from '@contracts/models';
import { api } from '../../lib/api';
import { formatCount } from '../../lib/format';
import { useDebounced } from '../../lib/use-debounced';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Select, TextArea } from '../../ui/inputs';
import { Skeleton } from '../../ui/Skeleton';
import { stripTexts } from './texts/strip.en';
import './stage.css';

type Piece = z.infer<typeof TokenPiece>;

const SETTLE_MS = 250;

/** A sentence as the tokenizers of two models see it: without and with the functional tokens. */
export function TokenStrip({
  projectId,
  checkpointId,
}: {
  readonly projectId: ProjectId;
  readonly checkpointId?: CheckpointId;
}) {
  const [text, setText] = useState<string>(stripTexts.sample);
  const [chosen, setChosen] = useState<CheckpointId | null>(null);
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const list = checkpoints.data ?? [];
  const withTokens = list.find((one) => one.hasFunctionalTokens);
  const without = list.find((one) => !one.hasFunctionalTokens);
  const shown = checkpointId
    ? list.filter((one) => one.id === checkpointId)
    : [without, chosen ? list.find((one) => one.id === chosen) : withTokens].filter((one) => one !== undefined);
  if (checkpoints.isPending) return <Skeleton lines={3} />;
  if (list.length === 0) return <p className="muted">{stripTexts.noModel}</p>;
  return (
    <div className="stack">
      <Field label={stripTexts.text} help={stripTexts.help}>
        {(ids) => <TextArea {...ids} value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} />}
      </Field>
      {!checkpointId && list.length > 1 && (
        <Field label={stripTexts.compareWith}>
          {(ids) => (
            <Select
              {...ids}
              value={chosen ?? withTokens?.id ?? ''}
              placeholder={stripTexts.choose}
              options={list.map((one) => ({ value: one.id, label: one.name }))}
              onChange={setChosen}
            />
          )}
        </Field>
      )}
      {shown.map((one) => (
        <Strip key={one.id} checkpointId={one.id} name={one.name} text={text} />
      ))}
    </div>
  );
}

function Strip({
  checkpointId,
  name,
  text,
}: {
  readonly checkpointId: CheckpointId;
  readonly name: string;
  readonly text: string;
}) {
  const settled = useDebounced(text, SETTLE_MS);
  const pieces = useQuery(
    api.models.tokenize.queryOptions({ input: { id: checkpointId, text: settled }, placeholderData: keepPreviousData }),
  );
  if (pieces.isError) return <ErrorView error={pieces.error} onRetry={() => void pieces.refetch()} />;
  if (!pieces.data) return <Skeleton lines={2} />;
  return (
    <figure>
      <figcaption className="muted small">
        {name}: {formatCount(pieces.data.length, 'token')}
      </figcaption>
      <div className="strip" role="group" aria-label={stripTexts.strip(name)}>
        {pieces.data.map((piece, at) => (
          <span key={at} className="strip-piece" data-kind={kindOf(piece)} title={stripTexts.id(piece.id)}>
            {piece.surface.replaceAll('\n', '⏎')}
          </span>
        ))}
      </div>
    </figure>
  );
}

function kindOf(piece: Piece): string | undefined {
  if (piece.isFunctional) return 'functional';
  return piece.isSpecial ? 'special' : undefined;
}
