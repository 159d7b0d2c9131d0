import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { StoredTokenSet } from '@contracts/token-sets';
import { RFTT_TOKEN_SET, TokenSetSchema, type TokenSetData } from '@core/tokens/token-set';
import { api } from '../lib/api';
import { formatMoment } from '../lib/format';
import { asJobSet } from '../token-sets/edit-set';
import { texts } from '../token-sets/texts/en';
import { TokenSetEditor } from '../token-sets/TokenSetEditor';
import { Button } from '../ui/Button';
import { ErrorView } from '../ui/ErrorView';
import { Field } from '../ui/Field';
import { Select, TextInput } from '../ui/inputs';
import { Notice } from '../ui/marks';
import { saveText } from './save-text';
import type { WizardState } from './use-wizard';
import type { WizardDraft } from './wizard-draft';

const THE_EIGHT = 'rftt';
const DRAFT = 'draft';

/** Which tokens enter: the eight, a set of the project, or one that is made here. The draft holds the set itself, so nothing is lost unsaved. */
export function TokensStep({ wizard, projectId }: { readonly wizard: WizardState; readonly projectId: ProjectId }) {
  const { draft } = wizard;
  const { tokenSet, tokenSetOf } = draft.value;
  const sets = useQuery(api.tokenSets.list.queryOptions({ input: { projectId } }));
  const stored = sets.data?.find(({ id }) => id === tokenSetOf?.id) ?? null;
  const set = tokenSet ?? RFTT_TOKEN_SET;
  const put = (part: Pick<Partial<WizardDraft>, 'tokenSet' | 'tokenSetOf'>): void =>
    draft.update((now) => ({ ...now, ...part }));
  const edit = (next: TokenSetData): void => {
    const own = asJobSet(next);
    // The eight under their own name, unless somebody changes more than what their rows begin as.
    const isRenamed = own !== null && own.name === RFTT_TOKEN_SET.name && changesTokens(own);
    put({ tokenSet: isRenamed ? { ...own, name: texts.ownName } : own, ...(own === null && { tokenSetOf: null }) });
  };
  return (
    <div className="stack">
      <h2>{texts.title}</h2>
      <p className="muted">{texts.intro}</p>
      <Field label={texts.set}>
        {(ids) => (
          <Select
            {...ids}
            value={tokenSet === null ? THE_EIGHT : (stored?.id ?? DRAFT)}
            options={[
              { value: THE_EIGHT, label: texts.theEight },
              ...(tokenSet !== null && !stored ? [{ value: DRAFT, label: texts.draft }] : []),
              ...(sets.data ?? []).map((one) => ({ value: one.id as string, label: one.set.name })),
            ]}
            onChange={(value) => {
              const one = sets.data?.find(({ id }) => id === value);
              if (one) put({ tokenSet: one.set, tokenSetOf: { id: one.id, version: one.version } });
              else if (value === THE_EIGHT) put({ tokenSet: null, tokenSetOf: null });
            }}
          />
        )}
      </Field>
      <Keep
        projectId={projectId}
        set={set}
        isEight={tokenSet === null}
        stored={stored}
        known={tokenSetOf}
        onPut={put}
      />
      <TokenSetEditor set={set} problems={wizard.tokenProblems} onChange={edit} />
    </div>
  );
}

/** Whether a set is more than the eight with first values of their own. */
function changesTokens(set: TokenSetData): boolean {
  const bare = ({ tokens }: TokenSetData): string => JSON.stringify(tokens.map((token) => ({ ...token, start: null })));
  return bare(set) !== bare(RFTT_TOKEN_SET);
}

/** Name, saving, versions and files of a set. */
function Keep({
  projectId,
  set,
  isEight,
  stored,
  known,
  onPut,
}: {
  readonly projectId: ProjectId;
  readonly set: TokenSetData;
  readonly isEight: boolean;
  readonly stored: StoredTokenSet | null;
  readonly known: WizardDraft['tokenSetOf'];
  readonly onPut: (part: Pick<WizardDraft, 'tokenSet' | 'tokenSetOf'>) => void;
}) {
  const queries = useQueryClient();
  const [broken, setBroken] = useState<string | null>(null);
  const [gone, setGone] = useState<StoredTokenSet | null>(null);
  const save = useMutation(
    api.tokenSets.save.mutationOptions({
      onSuccess: (saved) => {
        void queries.invalidateQueries({ queryKey: api.tokenSets.key() });
        onPut({ tokenSet: saved.set, tokenSetOf: { id: saved.id, version: saved.version } });
      },
    }),
  );
  const remove = useMutation(
    api.tokenSets.remove.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: api.tokenSets.key() }),
    }),
  );
  const versions = useQuery({
    ...api.tokenSets.versions.queryOptions({ input: { id: stored?.id ?? ('' as StoredTokenSet['id']) } }),
    enabled: stored !== null && stored.version > 1,
  });
  const isSaved = stored !== null && JSON.stringify(stored.set) === JSON.stringify(set);
  const load = (text: string): void => {
    try {
      const read = TokenSetSchema.safeParse(JSON.parse(text));
      if (read.success) onPut({ tokenSet: read.data, tokenSetOf: null });
      setBroken(read.success ? null : issueOf(read.error.issues[0]));
    } catch (error) {
      setBroken(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className="stack">
      {!isEight && (
        <Field label={texts.name}>
          {(ids) => (
            <TextInput
              {...ids}
              value={set.name}
              maxLength={80}
              onChange={(event) => onPut({ tokenSet: { ...set, name: event.target.value }, tokenSetOf: known })}
            />
          )}
        </Field>
      )}
      <div className="row">
        {!isEight && !isSaved && (
          <Button isBusy={save.isPending} onClick={() => save.mutate({ projectId, known: stored && known, set })}>
            {texts.save}
          </Button>
        )}
        {stored && !isSaved && (
          <Button look="quiet" isBusy={save.isPending} onClick={() => save.mutate({ projectId, known: null, set })}>
            {texts.saveNew}
          </Button>
        )}
        <Button look="quiet" onClick={() => saveText(`${set.name}.tokens.json`, JSON.stringify(set, null, 2))}>
          {texts.toFile}
        </Button>
        <label className="button button-quiet">
          {texts.fromFile}
          <input
            type="file"
            accept="application/json,.json"
            className="visually-hidden"
            onChange={(event) => {
              void event.target.files?.[0]?.text().then(load);
              // The same file may be chosen again.
              event.target.value = '';
            }}
          />
        </label>
        {stored && (
          <Button
            look="quiet"
            isBusy={remove.isPending}
            onClick={() => {
              remove.mutate({ id: stored.id, removed: true });
              setGone(stored);
            }}
          >
            {texts.remove}
          </Button>
        )}
        {!isEight && (
          <span className="muted small" role="status">
            {isSaved ? texts.saved(stored.version) : stored ? texts.unsaved : texts.neverSaved}
          </span>
        )}
      </div>
      {(versions.data?.length ?? 0) > 1 && (
        <Field label={texts.older}>
          {(ids) => (
            <Select
              {...ids}
              value=""
              placeholder={texts.older}
              options={(versions.data ?? []).map(({ version, savedAtMs }) => ({
                value: String(version),
                label: texts.version(version, formatMoment(savedAtMs, Date.now())),
              }))}
              onChange={(value) => {
                const older = versions.data?.find(({ version }) => String(version) === value);
                if (older) onPut({ tokenSet: older.set, tokenSetOf: known });
              }}
            />
          )}
        </Field>
      )}
      {gone && gone.id !== stored?.id && (
        <Notice tone="info">
          {texts.removed(gone.set.name)}{' '}
          <Button
            look="quiet"
            onClick={() => {
              remove.mutate({ id: gone.id, removed: false });
              setGone(null);
            }}
          >
            {texts.putBack}
          </Button>
        </Notice>
      )}
      {broken !== null && <Notice>{texts.brokenFile(broken)}</Notice>}
      {save.isError && <ErrorView error={save.error} />}
      {remove.isError && <ErrorView error={remove.error} />}
    </div>
  );
}

function issueOf(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  return issue ? `${issue.path.map(String).join('.')} ${issue.message}`.trim() : '';
}
