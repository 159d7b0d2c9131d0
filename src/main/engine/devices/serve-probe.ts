import type { FromEngine } from '@contracts/engine-protocol';
import { OrtExecutor } from '../ort-executor';
import { WebGpuExecutor } from '../webgpu-executor';
import { listDevices } from './list-devices';
import { testDevice } from './self-test';

/** What a probe process may be asked; it answers once and ends. A driver that crashes takes this process along and nothing else. */
export type ProbeRequest = 'listDevices' | 'testDevice';

const ANSWERS: Readonly<Record<ProbeRequest, () => Promise<FromEngine>>> = {
  listDevices: async () => ({ type: 'devices', devices: [...(await listDevices())] }),
  testDevice: async () => {
    const device = new WebGpuExecutor();
    try {
      return { type: 'deviceTested', result: await testDevice(device, new OrtExecutor({ threads: 1 })) };
    } catch (error) {
      const reason = `The test stopped: ${error instanceof Error ? error.message : String(error)}`;
      return { type: 'deviceTested', result: { hasPassed: false, reason, differences: null } };
    } finally {
      await device.dispose();
    }
  },
};

/** Answers a probe. */
export function answerProbe(request: ProbeRequest): Promise<FromEngine> {
  return ANSWERS[request]();
}
