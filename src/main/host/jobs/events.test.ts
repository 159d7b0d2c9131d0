import { describe, expect, it } from 'vitest';
import type { Run } from '@contracts/runs';
import { EventBus, watchActivity } from './events';

/** The parts of a run that the bus looks at. */
function run(id: string, status: Run['status']): Run {
  const partial: Pick<Run, 'status'> & { id: string } = { id, status };
  // Holds because bus and watcher read nothing else of a run.
  return partial as Run;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('watchActivity', () => {
  it('tells when the first run begins and when the last one has ended', async () => {
    const bus = new EventBus();
    const told: boolean[] = [];
    const watching = watchActivity(bus, (isWorking) => told.push(isWorking));
    for (const [id, status] of [
      ['a', 'queued'],
      ['a', 'running'],
      ['b', 'queued'],
      ['a', 'finished'],
      ['b', 'running'],
    ] as const) {
      bus.publish({ type: 'runChanged', run: run(id, status) });
      await settle();
    }
    expect(told).toEqual([true]);
    bus.publish({ type: 'runChanged', run: run('b', 'paused') });
    await settle();
    expect(told).toEqual([true, false]);
    bus.close();
    await watching;
  });
});
