import { describe, expect, test } from 'vitest';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import { CheckpointId, ProjectId, RunId } from '@contracts/ids';
import type { Run, WorkbenchEvent } from '@contracts/runs';
import type { WorkbenchClient } from '../demo/walk-road';
import { openLab } from './lab';

const projectId = ProjectId.parse('project_1');
const specOf = (seed: number): JobSpecInput => ({
  kind: 'tokens',
  checkpointId: CheckpointId.parse('checkpoint_1'),
  config: { seed },
});

function run(id: string, seed: number, status: Run['status']): Run {
  return { id: RunId.parse(id), status, spec: JobSpec.parse(specOf(seed)), name: id } as Run;
}

/** A workbench in which every run that is started or resumed settles at once. */
function workbench(stored: readonly Run[], outcome: Run['status'] = 'finished') {
  const calls: string[] = [];
  const waiting: WorkbenchEvent[] = [];
  const begin = (call: string, begun: Run): Promise<Run> => {
    calls.push(call);
    waiting.push({ type: 'runChanged', run: { ...begun, status: outcome } });
    return Promise.resolve({ ...begun, status: 'running' });
  };
  const client = {
    runs: {
      // Newest first, as the host lists them.
      list: () => Promise.resolve([...stored].reverse()),
      start: ({ spec }: { spec: JobSpec }) => begin('start', { ...run('new', 0, 'queued'), spec }),
      resume: ({ id }: { id: string }) =>
        begin(
          `resume ${id}`,
          stored.find((each) => each.id === id)!,
        ),
      watch: () =>
        Promise.resolve(
          (async function* () {
            for (;;) {
              const event = waiting.shift();
              if (event) yield event;
              else await new Promise((turn) => setTimeout(turn, 1));
            }
          })(),
        ),
    },
  } as unknown as WorkbenchClient;
  const open = (mayStart = true) => openLab({ client, projectId, mayStart: () => mayStart, onRun: () => undefined });
  return { calls, open };
}

describe('a lab', () => {
  test('takes a stored run of the same work and starts nothing', async () => {
    const { calls, open } = workbench([run('done', 1, 'finished')]);
    const lab = await open();
    expect((await lab.run(specOf(1), 'again'))?.id).toBe('done');
    expect(calls).toEqual([]);
  });

  test('runs what is missing, once', async () => {
    const { calls, open } = workbench([run('done', 1, 'finished')]);
    const lab = await open();
    expect((await lab.run(specOf(2), 'new'))?.status).toBe('finished');
    expect((await lab.run(specOf(2), 'new'))?.status).toBe('finished');
    expect(calls).toEqual(['start']);
  });

  test.each(['interrupted', 'paused'] as const)('goes on with a run that was %s', async (status) => {
    const { calls, open } = workbench([run('half', 1, status)]);
    expect((await (await open()).run(specOf(1), 'on'))?.status).toBe('finished');
    expect(calls).toEqual(['resume half']);
  });

  test('prefers a finished run to a later one that failed', async () => {
    const { open } = workbench([run('done', 1, 'finished'), run('broken', 1, 'failed')]);
    expect((await (await open()).run(specOf(1), 'again'))?.id).toBe('done');
  });

  test('gives a failed run back as it is: that it fails is a result', async () => {
    const { calls, open } = workbench([run('broken', 1, 'failed')]);
    expect((await (await open()).run(specOf(1), 'again'))?.status).toBe('failed');
    expect(calls).toEqual([]);
  });

  test('starts nothing when it may not, and says that nothing is there', async () => {
    const { calls, open } = workbench([run('half', 1, 'interrupted')]);
    const lab = await open(false);
    expect(await lab.run(specOf(1), 'on')).toBeNull();
    expect(await lab.run(specOf(2), 'new')).toBeNull();
    expect(calls).toEqual([]);
  });
});
