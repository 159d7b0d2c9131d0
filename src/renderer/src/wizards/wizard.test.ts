import { describe, expect, test } from 'vitest';
import { CheckpointId, DatasetId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import type { Dataset } from '@contracts/examples';
import { STAGE_CONFIGS } from '@contracts/jobs';
import type { Checkpoint } from '@contracts/models';
import type { QuestionSet } from '@contracts/questions';
import type { Run } from '@contracts/runs';
import { PRESET_NAMES } from '@core/presets';
import { WIZARDS } from './definitions';
import { blanksOf } from './form/sentence-template';
import { forkDraft } from './fork-draft';
import { defaultsOf } from './form/fields';
import { buildSpec, STAGE_FIELDS } from './job-spec';
import type { Material } from './material';
import { PICK_RULES, resolvePicks } from './picks';
import { suggestSettings, type StageKind } from './suggestions';
import { EMPTY_DRAFT, withSetting, withSettings, WizardDraft } from './wizard-draft';

const projectId = ProjectId.parse('p');
const KINDS = Object.keys(STAGE_CONFIGS) as StageKind[];

function checkpoint(id: string, facts: Partial<Checkpoint> = {}): Checkpoint {
  return {
    id: CheckpointId.parse(id),
    projectId,
    name: id,
    origin: 'import',
    runId: null,
    parentId: null,
    step: null,
    isFinal: true,
    path: `/${id}`,
    format: 'folder',
    adapterPath: null,
    architecture: 'llama',
    parameterCount: 2e6,
    vocabSize: 144,
    sizeBytes: 8e6,
    hasFunctionalTokens: false,
    tokenSet: null,
    promptSet: 'workbook',
    plainPrompts: [''],
    createdAtMs: 0,
    isMissing: false,
    ...facts,
  };
}

function run(id: string, kind: 'tokens' | 'search' | 'sft' | 'prm', facts: Partial<Run> = {}): Run {
  return {
    id: RunId.parse(id),
    projectId,
    kind,
    name: id,
    status: 'finished',
    spec: {
      kind: 'tokens',
      checkpointId: CheckpointId.parse('base'),
      tokenSet: null,
      config: STAGE_CONFIGS.tokens.parse({}),
    },
    seed: 1,
    versions: {},
    progress: null,
    error: null,
    result: {},
    outputs: {
      checkpointIds: [],
      datasetId: null,
      evaluationId: null,
      treeCount: kind === 'search' ? 3 : 0,
      artefacts: [],
    },
    parents: { checkpointId: CheckpointId.parse('grown'), questionSetId: null, datasetId: null, runId: null },
    activeSeconds: 1,
    createdAtMs: 0,
    startedAtMs: null,
    finishedAtMs: null,
    folder: '/r',
    isInTrash: false,
    ...facts,
  };
}

const set = (id: string, role: QuestionSet['role']): QuestionSet => ({
  id: QuestionSetId.parse(id),
  projectId,
  name: id,
  role,
  count: 100,
  source: '',
  createdAtMs: 0,
});
const dataset: Dataset = {
  id: DatasetId.parse('d'),
  projectId,
  name: 'd',
  runId: null,
  count: 9,
  mergedCount: 4,
  tokenSet: null,
  verdicts: { todo: 9, accepted: 0, rejected: 0 },
  createdAtMs: 0,
  brokenImport: null,
};

const material: Material = {
  checkpoints: [
    checkpoint('tuned', { runId: RunId.parse('s'), hasFunctionalTokens: true }),
    checkpoint('grown', { runId: RunId.parse('t'), hasFunctionalTokens: true }),
    checkpoint('base'),
    checkpoint('lost', { isMissing: true, hasFunctionalTokens: true }),
  ],
  questionSets: [set('test', 'test'), set('train', 'train')],
  runs: [run('t', 'tokens'), run('s', 'sft'), run('q', 'search')],
  datasets: [dataset],
};

describe('what a stage starts from', () => {
  test.each([
    ['tokens', { checkpoint: 'base' }],
    ['search', { checkpoint: 'grown', questionSet: 'train' }],
    ['examples', { checkpoint: 'grown', searchRun: 'q' }],
    ['sft', { checkpoint: 'grown', dataset: 'd' }],
    ['prm', { checkpoint: 'grown', searchRun: 'q' }],
    ['rl', { checkpoint: 'tuned', questionSet: 'train' }],
    ['evaluate', { checkpoint: 'tuned', questionSet: 'test' }],
    ['export', { checkpoint: 'tuned' }],
  ] as const)('%s suggests the best there is', (kind, wanted) => {
    const picked = resolvePicks(PICK_RULES[kind], {}, material);
    const ids = Object.fromEntries(Object.entries(picked).flatMap(([name, one]) => (one ? [[name, one.id]] : [])));
    expect(ids).toEqual(wanted);
  });

  test('a choice counts while it exists and fits', () => {
    expect(resolvePicks(PICK_RULES.search, { checkpoint: 'base' }, material).checkpoint?.id).toBe('base');
    expect(resolvePicks(PICK_RULES.search, { checkpoint: 'deleted' }, material).checkpoint?.id).toBe('grown');
    expect(resolvePicks(PICK_RULES.rl, { checkpoint: 'base' }, material).checkpoint?.id).toBe('tuned');
    expect(resolvePicks(PICK_RULES.rl, { checkpoint: 'lost' }, material).checkpoint?.id).toBe('tuned');
  });

  test('an empty project has a reason for every stage', () => {
    const empty: Material = { checkpoints: [], questionSets: [], runs: [], datasets: [] };
    for (const kind of KINDS) {
      const outcome = buildSpec(kind, resolvePicks(PICK_RULES[kind], {}, empty), defaultsOf(STAGE_FIELDS[kind]));
      expect(outcome.ok).toBe(false);
    }
  });
});

test('an adapter can only be exported of a checkpoint that has one', () => {
  const config = { ...defaultsOf(STAGE_FIELDS.export), form: 'adapter' };
  const picked = (adapterPath: string | null) => ({
    checkpoint: checkpoint('c', { adapterPath }),
    questionSet: null,
    searchRun: null,
    dataset: null,
    judge: null,
    marks: null,
  });
  expect(buildSpec('export', picked(null), config)).toMatchObject({
    ok: false,
    reason: expect.stringContaining('LoRA'),
  });
  expect(buildSpec('export', picked('/adapter'), config).ok).toBe(true);
});

test('a mistake in a setting that is hidden does not stand in the way', () => {
  const picked = { checkpoint: checkpoint('c'), questionSet: null, searchRun: null, dataset, judge: null, marks: null };
  const build = (change: object) =>
    buildSpec('sft', picked, { ...defaultsOf(STAGE_FIELDS.sft), form: 'plain', ...change });
  const custom = { method: 'lora', loraTargets: 'custom' };
  expect(build({ ...custom, loraLayers: 'lm_head' })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('LoRA'),
  });
  expect(build({ ...custom, method: 'full', loraLayers: 'lm_head' })).toMatchObject({
    ok: true,
    spec: { config: { loraLayers: 'q_proj, v_proj' } },
  });
  // What is sound stays as it was chosen, for when it means something again.
  expect(build({ ...custom, method: 'full', loraLayers: 'up_proj' })).toMatchObject({
    ok: true,
    spec: { config: { loraLayers: 'up_proj' } },
  });
});

test('a judge is taken only where a person wants one, and only one that was trained to judge', () => {
  const judge = checkpoint('judge', { runId: RunId.parse('p'), hasFunctionalTokens: true });
  const more: Material = {
    ...material,
    checkpoints: [...material.checkpoints, judge],
    runs: [...material.runs, run('p', 'prm')],
  };
  expect(resolvePicks(PICK_RULES.rl, {}, more).judge).toBeNull();
  expect(resolvePicks(PICK_RULES.rl, { judge: 'tuned' }, more).judge).toBeNull();
  const picked = resolvePicks(PICK_RULES.rl, { judge: 'judge' }, more);
  expect(buildSpec('rl', picked, defaultsOf(STAGE_FIELDS.rl))).toMatchObject({ ok: true, spec: { judgeId: 'judge' } });
  expect(resolvePicks(PICK_RULES.sft, { judge: 'judge' }, more).judge).toBeNull();
});

test('a judge learns from marks of the review only where a person wants it', () => {
  expect(resolvePicks(PICK_RULES.prm, {}, material).marks).toBeNull();
  expect(resolvePicks(PICK_RULES.prm, { marks: 'gone' }, material).marks).toBeNull();
  const picked = resolvePicks(PICK_RULES.prm, { marks: 'd' }, material);
  expect(buildSpec('prm', picked, defaultsOf(STAGE_FIELDS.prm))).toMatchObject({ ok: true, spec: { datasetId: 'd' } });
});

test('a judge needs trees of a model with tokens', () => {
  const picked = {
    checkpoint: checkpoint('base'),
    questionSet: null,
    searchRun: run('q', 'search'),
    dataset: null,
    judge: null,
    marks: null,
  };
  expect(buildSpec('prm', picked, defaultsOf(STAGE_FIELDS.prm))).toMatchObject({ ok: false });
});

describe('suggested settings', () => {
  const sizes = [2e6, 135e6, 7e9].map((parameterCount) =>
    checkpoint(String(parameterCount), { parameterCount, hasFunctionalTokens: true }),
  );
  const cases = KINDS.flatMap((kind) =>
    sizes.flatMap((model) => PRESET_NAMES.map((preset) => ({ kind, model, preset }))),
  );

  test.each(cases)('$kind, $model.name weights, $preset: can be run as they are', ({ kind, model, preset }) => {
    const config = suggestSettings(kind, defaultsOf(STAGE_FIELDS[kind]), model, preset);
    expect(STAGE_CONFIGS[kind].safeParse(config).error).toBeUndefined();
    const outcome = buildSpec(
      kind,
      {
        checkpoint: model,
        questionSet: set('train', 'train'),
        searchRun: run('q', 'search'),
        dataset,
        judge: null,
        marks: null,
      },
      config,
    );
    expect(outcome.ok).toBe(true);
  });

  test('a model brings its own prompt set', () => {
    expect(suggestSettings('search', defaultsOf(STAGE_FIELDS.search), checkpoint('c'), 'paper')['promptSet']).toBe(
      'workbook',
    );
  });
});

test('sentences have blanks only for settings that exist, and summaries are sentences', () => {
  for (const kind of KINDS) {
    const { blanks, summarise } = WIZARDS[kind];
    const names = STAGE_FIELDS[kind].map((field) => field.name);
    for (const blank of blanks === null ? [] : blanksOf(blanks)) expect(names).toContain(blank);
    const outcome = buildSpec(kind, resolvePicks(PICK_RULES[kind], {}, material), defaultsOf(STAGE_FIELDS[kind]));
    if (!outcome.ok) throw new Error(outcome.reason);
    const sentences = summarise(outcome.spec, {
      checkpoint: 'm',
      questionSet: 'q',
      questionCount: 10,
      dataset: 'd',
      exampleCount: 9,
      searchRun: 'r',
      treeCount: 3,
    });
    expect(sentences.length).toBeGreaterThan(1);
    for (const sentence of sentences) expect(sentence).toMatch(/^[“A-Z0-9].*\.$/);
  }
});

describe('drafts', () => {
  test('a setting put back to the suggestion is no longer changed', () => {
    const suggested = { epochs: 5 };
    const once = withSetting(EMPTY_DRAFT, suggested, 'epochs', 7);
    expect(once.changed).toEqual({ epochs: 7 });
    expect(withSetting(once, suggested, 'epochs', 5).changed).toEqual({});
  });

  test('settings taken over from text count as changed where they differ', () => {
    expect(withSettings(EMPTY_DRAFT, { epochs: 5, seed: 1 }, { epochs: 5, seed: 3 }).changed).toEqual({ seed: 3 });
  });

  test('a draft survives being stored', () => {
    const draft: WizardDraft = { ...EMPTY_DRAFT, picks: { checkpoint: 'c' }, changed: { epochs: 3 }, name: 'n' };
    expect(WizardDraft.parse(JSON.parse(JSON.stringify(draft)))).toEqual(draft);
  });

  test('a draft of another version is refused rather than half read', () => {
    expect(WizardDraft.safeParse({ step: 'somewhere' }).success).toBe(false);
  });
});

describe('a fork', () => {
  const start = checkpoint('tuned', { hasFunctionalTokens: true });
  const spec = buildSpec(
    'rl',
    {
      checkpoint: start,
      questionSet: { id: QuestionSetId.parse('q') } as QuestionSet,
      searchRun: null,
      dataset: null,
      judge: null,
      marks: null,
    },
    { ...suggestSettings('rl', defaultsOf(STAGE_FIELDS.rl), start, 'balanced'), learningRate: 0.002, iterations: 7 },
  );
  if (!spec.ok) throw new Error(spec.reason);
  const from = run('collapsed', 'sft', { kind: 'rl', spec: spec.spec });

  test('starts the same job from another checkpoint, with what differs from the suggestion marked as changed', () => {
    const draft = forkDraft({ run: from, kind: 'rl', checkpoint: checkpoint('best'), name: 'again' });
    expect(draft.picks).toEqual({ checkpoint: 'best', questionSet: 'q' });
    expect(draft).toMatchObject({ step: 'settings', name: 'again', changed: { learningRate: 0.002, iterations: 7 } });
    expect(WizardDraft.parse(draft)).toEqual(draft);
  });

  test('takes over other settings', () => {
    const draft = forkDraft({ run: from, kind: 'rl', checkpoint: start, name: '', changes: { learningRate: 1e-5 } });
    expect(draft.changed['learningRate']).toBe(1e-5);
  });
});
