import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import { ExampleFilter } from '@contracts/examples';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { MAX_TEXT_LOSS_CHANGE } from '@core/tokens/tokens-config';
import { FOUR_TOKENS, ownToken } from '@core/testing/own-tokens';
import { checkpointOf, RealHost } from './testing/real-host';

/** The road with four tokens of one's own, real engines and the embedded model, on a budget too small to learn much. */
const NAMES = FOUR_TOKENS.tokens.map(({ name }) => name);
let real: RealHost;
let projectId: ProjectId;
let base: CheckpointId;
let train: QuestionSetId;
const client = () => real.client;
const run = (spec: JobSpecInput): Promise<Run> => real.run(projectId, spec);

beforeAll(async () => {
  real = await RealHost.open('own-tokens-test');
  ({ projectId, base, train } = await real.openEmbedded('Own tokens'));
}, 300_000);

afterAll(() => real.close(), 60_000);

describe('a token set of one’s own', () => {
  let grown: CheckpointId;
  let growth: RunId;
  let tuned: CheckpointId;

  it('is saved in versions, and an older version does not overwrite a newer one', async () => {
    const first = await client().tokenSets.save({ projectId, known: null, set: FOUR_TOKENS });
    const second = await client().tokenSets.save({
      projectId,
      known: first,
      set: { ...FOUR_TOKENS, name: 'Four of ours' },
    });
    expect(second).toMatchObject({ id: first.id, version: 2 });
    await expect(client().tokenSets.save({ projectId, known: first, set: FOUR_TOKENS })).rejects.toThrow(
      /Another window/,
    );
    await expect(client().tokenSets.save({ projectId, known: null, set: second.set })).rejects.toThrow(/already/);
    expect(
      (await client().tokenSets.versions({ id: first.id })).map(({ version, set }) => [version, set.name]),
    ).toEqual([
      [2, 'Four of ours'],
      [1, 'Four'],
    ]);
    await client().tokenSets.remove({ id: first.id, removed: true });
    expect(await client().tokenSets.list({ projectId })).toEqual([]);
    await client().tokenSets.remove({ id: first.id, removed: false });
    expect(await client().tokenSets.list({ projectId })).toHaveLength(1);
  });

  it('is refused in words where it could not work', async () => {
    const start = (tokens: typeof FOUR_TOKENS.tokens) =>
      client().runs.start({
        projectId,
        spec: JobSpec.parse({ kind: 'tokens', checkpointId: base, tokenSet: { name: 'Odd', tokens }, config: {} }),
      });
    await expect(start([ownToken('go', 'next_step', ['go'], { startsResponse: true })])).rejects.toThrow(
      /No token ends a response/,
    );
  });

  it('enters the vocabulary, with a first value of its own for each token, and passes the integration test', async () => {
    const set = {
      ...FOUR_TOKENS,
      tokens: FOUR_TOKENS.tokens.map((token) => ({
        ...token,
        start:
          token.name === 'mend'
            ? { kind: 'noise' as const }
            : token.name === 'answer'
              ? { kind: 'mean' as const }
              : null,
      })),
    };
    const wish = {
      projectId,
      checkpointId: base,
      tokenSet: set,
      config: {
        promptSet: 'workbook',
        initialisation: 'cue' as const,
        relativeNoise: 0.001,
        padToMultiple: 64,
        seed: 1,
      },
    };
    const plan = await client().previews.tokens(wish);
    expect(plan.rows.map(({ surface }) => surface)).toEqual([
      ...set.tokens.map(({ open }) => open),
      ...set.tokens.map(({ close }) => close),
    ]);
    expect(plan.rows.filter(({ isNoise }) => isNoise).map(({ surface }) => surface)).toEqual(['<mend>', '</mend>']);
    const foreseen = await client().previews.tokenNeighbours(wish);
    expect(foreseen.find(({ surface }) => surface === '<mend>')?.near).toBeNull();

    const done = await run({ kind: 'tokens', checkpointId: base, tokenSet: set, config: wish.config });
    growth = done.id;
    grown = checkpointOf(done);
    expect(done.result['newTokens']).toBe(8);
    for (const name of NAMES) expect(done.result[`p_${name}`]).toBeGreaterThan(0);
    // Noise in a model of this size is no quiet neighbour, and the log says so.
    const change = Number(done.result['textLossAfter']) - Number(done.result['textLossBefore']);
    const warned = (await client().runs.logs({ id: done.id, limit: 100 })).some(({ message }) =>
      /loss on ordinary text/.test(message),
    );
    expect(warned).toBe(Math.abs(change) > MAX_TEXT_LOSS_CHANGE);
    const model = await client().models.get({ id: grown });
    expect(model.hasFunctionalTokens).toBe(true);
    expect(model.tokenSet).toEqual(FOUR_TOKENS);

    // What was foreseen from the plan is what the written model has, up to the small noise.
    const found = await client().models.tokenNeighbours({ id: grown });
    const near = (list: typeof found, surface: string) => list.find((each) => each.surface === surface)?.near?.[0];
    expect(near(found, '[work]')?.surface).toBe(near(foreseen, '[work]')?.surface);
    expect(near(found, '[work]')?.cosine).toBeCloseTo(near(foreseen, '[work]')?.cosine ?? 0, 3);
  }, 240_000);

  it('goes from trees to examples to a fine-tuned model that writes its tags', async () => {
    const search = await run({
      kind: 'search',
      checkpointId: grown,
      questionSetId: train,
      config: {
        promptSet: 'workbook',
        maxQuestions: 24,
        numSimulations: 8,
        maxStepTokens: 48,
        maxAnswerTokens: 96,
        maxPathTokens: 384,
        children: 'narrow',
        concurrentTrees: 24,
      },
    });
    const { trees } = await client().trees.list({
      projectId,
      runId: search.id,
      filter: 'all',
      search: '',
      offset: 0,
      limit: 50,
    });
    expect(trees.length).toBeGreaterThan(20);
    const tree = await client().trees.get({ id: trees[0]!.id });
    expect(new Set(tree.nodes.map(({ kind }) => kind))).toEqual(new Set(['question', 'calculate']));

    const made = await run({
      kind: 'examples',
      checkpointId: grown,
      searchRunId: search.id,
      config: {
        promptSet: 'workbook',
        maxMergesPerPath: 2,
        wrongTailScope: 'step',
        verifyMaxTokens: 64,
        maxTokens: 384,
        minSharedSteps: 0,
        contaminationWords: 0,
      },
    });
    expect(made.result['merged']).toBeGreaterThan(0);
    const datasetId = made.outputs.datasetId!;
    const page = await client().examples.list({ datasetId, filter: ExampleFilter.parse({}), offset: 0, limit: 200 });
    const used = new Set(page.examples.flatMap(({ steps }) => steps.map(({ token }) => token)));
    expect(used).toEqual(new Set(NAMES));
    // Our own error classes read the grammar of the set: nothing that the linter let through is out of order.
    expect(page.examples.filter(({ errorClasses }) => errorClasses.includes('illegal-order'))).toEqual([]);

    const sft = await run({
      kind: 'sft',
      checkpointId: grown,
      datasetId,
      config: { learningRate: 1e-3, epochs: 1, minUpdates: 12, batchSize: 8, maxTokens: 384, checkpointEvery: 12 },
    });
    tuned = checkpointOf(sft);
    expect((await client().models.get({ id: tuned })).tokenSet?.name).toBe('Four');

    const evaluation = await run({
      kind: 'evaluate',
      checkpointId: tuned,
      questionSetId: train,
      config: { maxQuestions: 8, maxNewTokens: 120, constrained: true, concurrentQuestions: 8 },
    });
    const stored = (await client().evaluations.list({ projectId })).find(({ runId }) => runId === evaluation.id);
    const { items } = await client().evaluations.items({ id: stored!.id, filter: 'all', offset: 0, limit: 20 });
    expect(items).toHaveLength(8);
    for (const { response } of items) expect(response).toMatch(/^\[work\]/);
  }, 480_000);

  it('cannot be undone while something stands on it, and can when nothing does', async () => {
    const refused = await client().runs.remove({ id: growth });
    expect(refused.removed).toBe(false);
    expect(refused.blockedBy.length).toBeGreaterThan(0);
    const again = await run({
      kind: 'tokens',
      checkpointId: base,
      tokenSet: FOUR_TOKENS,
      config: { promptSet: 'workbook' },
    });
    const listed = async () => (await client().models.list({ projectId })).map(({ id }) => id);
    expect(await client().runs.remove({ id: again.id })).toEqual({ removed: true, blockedBy: [] });
    expect(await listed()).not.toContain(checkpointOf(again));
    await client().trash.restore({ id: again.id });
    expect(await listed()).toContain(checkpointOf(again));
  }, 240_000);

  it('is kept apart from other tokens', async () => {
    const eight = checkpointOf(await run({ kind: 'tokens', checkpointId: base, config: { promptSet: 'workbook' } }));
    const [dataset] = await client().examples.datasets({ projectId });
    await expect(
      client().runs.start({
        projectId,
        spec: JobSpec.parse({ kind: 'sft', checkpointId: eight, datasetId: dataset!.id, config: {} }),
      }),
    ).rejects.toThrow(/hold the tokens calculate/);
    await expect(
      client().runs.start({
        projectId,
        spec: JobSpec.parse({
          kind: 'evaluate',
          checkpointId: tuned,
          questionSetId: train,
          config: { withoutToken: 'clarify' },
        }),
      }),
    ).rejects.toThrow(/none with the role “clarify”/);
  }, 240_000);
});
