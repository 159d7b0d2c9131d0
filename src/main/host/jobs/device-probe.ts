import { FromEngine, type ToEngine } from '@contracts/engine-protocol';
import type { FoundDevice } from '@contracts/devices';
import type { DeviceProbe } from '../services/devices';
import type { EngineExit, SpawnEngine } from './engine-child';

type ProbeRequest = Extract<ToEngine, { type: 'probe' }>['request'];

/** A driver that has not answered by then hangs. Shaders are compiled on the way, slowly where the card is played in software. */
const DEADLINE_MS: Readonly<Record<ProbeRequest, number>> = { listDevices: 20_000, testDevice: 180_000 };

/** What is always there, for when even looking for more has failed. */
const PROCESSOR: FoundDevice = { backend: 'cpu', name: 'Processor', isSoftware: false, isSupported: true, note: '' };

/** Probes by engine processes that live for one question. */
export function createDeviceProbe(spawn: SpawnEngine): DeviceProbe {
  return {
    async listDevices() {
      const answer = await ask(spawn, 'listDevices');
      if (answer.type === 'devices') return answer.devices;
      const note = `Looking for graphics cards failed. ${reasonOf(answer)}`;
      return [PROCESSOR, { ...PROCESSOR, backend: 'webgpu', name: 'no graphics card', isSupported: false, note }];
    },
    async testDevice() {
      const answer = await ask(spawn, 'testDevice');
      if (answer.type === 'deviceTested') return answer.result;
      return {
        hasPassed: false,
        reason: `The driver did not survive the test. ${reasonOf(answer)}`,
        differences: null,
      };
    },
  };
}

type Answer = Extract<FromEngine, { type: 'devices' | 'deviceTested' }> | { type: 'lost'; how: string };

function ask(spawn: SpawnEngine, request: ProbeRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn();
    const deadline = setTimeout(() => {
      resolve({ type: 'lost', how: `There was no answer within ${DEADLINE_MS[request] / 1000} seconds.` });
      child.kill();
    }, DEADLINE_MS[request]);
    child.onMessage((raw) => {
      const message = FromEngine.safeParse(raw);
      if (!message.success || (message.data.type !== 'devices' && message.data.type !== 'deviceTested')) return;
      clearTimeout(deadline);
      resolve(message.data);
    });
    child.onExit((exit) => {
      clearTimeout(deadline);
      // The answer, if there was one, came first; a promise takes only that.
      resolve({ type: 'lost', how: describeExit(exit) });
    });
    child.post({ type: 'probe', request });
  });
}

function describeExit({ code, signal, lastWords }: EngineExit): string {
  const [words = ''] = lastWords.trim().split('\n').slice(-1);
  return `Its process ended with ${signal ?? `code ${code}`}. ${words}`.trim();
}

function reasonOf(answer: Answer): string {
  return answer.type === 'lost' ? answer.how : 'It answered something else.';
}
