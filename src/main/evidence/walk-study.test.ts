import { describe, expect, test } from 'vitest';
import type { JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { quickDemoPlan } from '../demo/demo-settings';
import type { Lab } from './lab';
import type { Bench, Study } from './study';
import { walkStudy } from './walk-study';

const bench = {
  seed: 1,
  isQuick: true,
  plan: quickDemoPlan(1),
  base: { id: 'checkpoint_base', plainPrompts: ['', 'Next :'] },
  sets: { train: { id: 'set_train', count: 9 }, validation: { id: 'set_validation', count: 9 } },
} as unknown as Bench;

const rung = (id: string, from: string | null): Study['rungs'][number] => ({
  id,
  title: id,
  from,
  stages: [{ kind: 'tokens', config: () => ({}) }],
  answers: [],
});
const study: Study = {
  id: 'study',
  title: '',
  question: '',
  rungs: [rung('ground', null), rung('middle', 'ground'), rung('top', 'middle'), rung('aside', 'ground')],
  comparisons: [],
  parts: [],
};

/** A lab in which every run ends at once, but those named do not finish. */
function lab(failing: readonly string[] = []) {
  const started: string[] = [];
  const run = (spec: JobSpecInput, name: string): Promise<Run> => {
    started.push(name);
    return Promise.resolve({
      id: name,
      status: failing.includes(name) ? 'failed' : 'finished',
      outputs: { checkpointIds: [`made by ${name}`], datasetId: null },
      result:
        spec.kind === 'evaluate' ? { accuracy: name.includes('Next') ? 0.5 : 0.25, tokens: 90, questions: 9 } : {},
    } as unknown as Run);
  };
  return { started, lab: { run, client: { runs: { metrics: () => Promise.resolve([]) } } } as unknown as Lab };
}

const PROMPTS = ['Base, bare question', 'Base, prompt “Next :”'];

describe('a study', () => {
  test('walks every rung once, what others stand on first', async () => {
    const { started, lab: quiet } = lab();
    const result = await walkStudy(quiet, bench, study);
    expect(started).toEqual([...PROMPTS, 'ground: tokens', 'middle: tokens', 'top: tokens', 'aside: tokens']);
    expect(result.bestPrompt).toBe('Next :');
    expect([...result.rungs.values()].map(({ kind }) => kind)).toEqual(['made', 'made', 'made', 'made']);
  });

  test('of which some rungs are asked walks these and what they stand on', async () => {
    const { started, lab: quiet } = lab();
    const { rungs } = await walkStudy(quiet, bench, study, ['middle']);
    expect(started).toEqual([...PROMPTS, 'ground: tokens', 'middle: tokens']);
    expect(rungs.get('middle')).toMatchObject({
      kind: 'made',
      result: { state: { checkpointId: 'made by middle: tokens' } },
    });
    expect(rungs.get('top')).toEqual({ kind: 'missing' });
  });

  test('goes on beside a rung that fails, and leaves out what stands on it', async () => {
    const { started, lab: broken } = lab(['middle: tokens']);
    const { rungs } = await walkStudy(broken, bench, study);
    expect(started).not.toContain('top: tokens');
    expect([...rungs].map(([id, { kind }]) => `${id} ${kind}`)).toEqual([
      'ground made',
      'middle failed',
      'top missing',
      'aside made',
    ]);
  });
});
