import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { ProjectId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import type { TokenSetProblem } from '@core/tokens/check-token-set';
import type { TokenSetData } from '@core/tokens/token-set';
import { api, client } from '../lib/api';
import { useDraft, type Draft } from '../lib/use-draft';
import { describeProblem } from '../token-sets/describe';
import type { SummaryNames } from './definitions';
import { draftKey } from './fork-draft';
import { defaultsOf, type FormField } from './form/fields';
import { buildSpec, STAGE_FIELDS, type SpecOutcome } from './job-spec';
import type { Material } from './material';
import { PICK_RULES, resolvePicks, type Picked, type PickRules } from './picks';
import { suggestSettings, type StageKind } from './suggestions';
import { useTokenProblems } from './use-token-problems';
import { EMPTY_DRAFT, WizardDraft } from './wizard-draft';

export interface WizardState {
  readonly kind: StageKind;
  readonly draft: Draft<WizardDraft>;
  readonly fields: readonly FormField[];
  readonly rules: PickRules;
  readonly picked: Picked;
  readonly suggested: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** What is wrong with the token set; empty for other stages, and for the eight. */
  readonly tokenProblems: readonly TokenSetProblem[];
  readonly outcome: SpecOutcome;
  readonly names: SummaryNames;
}

/** Everything a wizard shows, derived from its draft and from what the project has. */
export function useWizard(kind: StageKind, projectId: ProjectId, material: Material): WizardState {
  const draft = useDraft(draftKey(projectId, kind), WizardDraft, EMPTY_DRAFT);
  const { value } = draft;
  const rules = PICK_RULES[kind];
  const picked = useMemo(() => resolvePicks(rules, value.picks, material), [rules, value.picks, material]);
  const tokenSet = kind === 'tokens' ? value.tokenSet : null;
  const tokenProblems = useTokenProblems(tokenSet, picked.checkpoint?.id ?? null);
  return useMemo(() => {
    const fields = STAGE_FIELDS[kind];
    const suggested = suggestSettings(kind, defaultsOf(fields), picked.checkpoint, value.preset);
    const config = { ...suggested, ...value.changed };
    return {
      kind,
      draft,
      fields,
      rules,
      picked,
      suggested,
      config,
      tokenProblems,
      outcome: refuseTokens(tokenProblems, tokenSet) ?? buildSpec(kind, picked, config, tokenSet),
      names: namesOf(picked),
    };
  }, [kind, draft, value, rules, picked, tokenSet, tokenProblems]);
}

/** The first thing that keeps a token set from being used, as the reason why nothing can start. */
function refuseTokens(problems: readonly TokenSetProblem[], set: TokenSetData | null): SpecOutcome | null {
  const [first] = problems.filter(({ isBlocking }) => isBlocking);
  return first && set ? { ok: false, reason: describeProblem(first, set) } : null;
}

const PICKS = ['checkpoint', 'questionSet', 'searchRun', 'dataset', 'judge', 'marks'] as const;

/** Takes over what a link asked to start from (`?checkpoint=…`) and drops it from the address, so that later choices count. */
export function useAskedPicks(draft: Draft<WizardDraft>, query: URLSearchParams): void {
  const { isReady, update } = draft;
  useEffect(() => {
    if (!isReady || query.size === 0) return;
    const asked = Object.fromEntries(PICKS.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : [])));
    update((now) => ({ ...now, step: 'start', picks: { ...now.picks, ...asked } }));
    location.replace(location.hash.split('?')[0] ?? '');
  }, [isReady, update, query]);
}

/** Starts the run of a wizard, and after a search the making of examples, where that was asked for. */
export function useStart(projectId: ProjectId, onStarted: (run: Run) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({
      spec,
      name,
      thenExamples,
      picked,
    }: {
      spec: JobSpec;
      name: string;
      thenExamples: boolean;
      picked: Picked;
    }): Promise<Run> => {
      const run = await client.runs.start({ projectId, spec, ...(name.trim() !== '' && { name: name.trim() }) });
      if (spec.kind === 'search' && thenExamples) {
        const config = suggestSettings('examples', defaultsOf(STAGE_FIELDS.examples), picked.checkpoint, 'balanced');
        await client.runs.start({
          projectId,
          spec: JobSpec.parse({ kind: 'examples', checkpointId: spec.checkpointId, searchRunId: run.id, config }),
        });
      }
      return run;
    },
    onSuccess: (run) => {
      void queries.invalidateQueries({ queryKey: api.runs.list.key() });
      void queries.invalidateQueries({ queryKey: api.projects.overview.key() });
      onStarted(run);
    },
  });
}

function namesOf(picked: Picked): SummaryNames {
  const { checkpoint, questionSet, dataset, searchRun } = picked;
  return {
    checkpoint: checkpoint?.name ?? '',
    questionSet: questionSet?.name ?? '',
    questionCount: questionSet?.count ?? 0,
    dataset: dataset?.name ?? '',
    exampleCount: dataset ? dataset.verdicts.accepted + dataset.verdicts.todo : 0,
    searchRun: searchRun?.name ?? '',
    treeCount: searchRun?.outputs.treeCount ?? 0,
  };
}
