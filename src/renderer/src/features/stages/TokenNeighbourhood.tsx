import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { api } from '../../lib/api';
import { NeighbourTable } from '../../token-sets/NeighbourTable';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { Select } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Skeleton } from '../../ui/Skeleton';
import { texts } from './texts/en';

const words = texts.neighbours;

/** What the rows of the tokens are near to: when they came in, and in a model that was trained since. Reads embeddings, so only on request. */
export function TokenNeighbourhood({ projectId }: { readonly projectId: ProjectId }) {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const [isShown, setShown] = useState(false);
  const [chosen, setChosen] = useState<CheckpointId | null>(null);
  const list = (checkpoints.data ?? []).filter((one) => one.hasFunctionalTokens && !one.isMissing);
  const newest = list.at(-1);
  if (!newest) return <p className="muted">{words.none}</p>;
  const model = list.find(({ id }) => id === chosen) ?? newest;
  const grown = originOf(model, list);
  return (
    <div className="stack">
      <p className="muted">{words.help}</p>
      <div className="row">
        {list.length > 1 && (
          <Field label={words.model}>
            {(ids) => (
              <Select
                {...ids}
                value={model.id}
                options={[...list].reverse().map((one) => ({ value: one.id, label: one.name }))}
                onChange={setChosen}
              />
            )}
          </Field>
        )}
        {!isShown && <Button onClick={() => setShown(true)}>{words.show}</Button>}
      </div>
      {isShown && <Lists grown={grown} model={model} />}
    </div>
  );
}

function Lists({ grown, model }: { readonly grown: Checkpoint; readonly model: Checkpoint }) {
  const isTrained = grown.id !== model.id;
  const before = useQuery(api.models.tokenNeighbours.queryOptions({ input: { id: grown.id } }));
  const after = useQuery({
    ...api.models.tokenNeighbours.queryOptions({ input: { id: model.id } }),
    enabled: isTrained,
  });
  return (
    <Loaded query={before} skeleton={<Skeleton lines={8} />}>
      {(first) => (
        <NeighbourTable
          caption={words.title}
          tokens={model.tokenSet?.tokens ?? null}
          lists={[
            { title: words.before, rows: first },
            ...(isTrained && after.data ? [{ title: words.after(model.name), rows: after.data }] : []),
          ]}
        />
      )}
    </Loaded>
  );
}

/** The model of the same line in which the tokens came in; the model itself where that is not here any more. */
function originOf(model: Checkpoint, list: readonly Checkpoint[]): Checkpoint {
  const parent = list.find(({ id }) => id === model.parentId);
  return parent ? originOf(parent, list) : model;
}
