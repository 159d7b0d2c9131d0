import { describe, expect, it } from 'vitest';
import { FakeEngine } from '../testing/fake-engine';
import { createDeviceProbe } from './device-probe';

describe('a device probe', () => {
  it('asks a process of its own and passes on its answer', async () => {
    const engine = new FakeEngine();
    const asking = createDeviceProbe(() => engine).listDevices();
    const devices = [{ backend: 'cpu', name: 'x', isSoftware: false, isSupported: true, note: '' }];
    engine.say({ type: 'devices', devices });
    engine.exit({ code: 0 });
    expect(await asking).toEqual(devices);
    expect(engine.received).toEqual([{ type: 'probe', request: 'listDevices' }]);
  });

  it('takes a crash of the driver for an answer', async () => {
    const engine = new FakeEngine();
    const testing = createDeviceProbe(() => engine).testDevice();
    engine.exit({ signal: 'SIGSEGV', lastWords: 'libGPU: fault\n' });
    const result = await testing;
    expect(result.hasPassed).toBe(false);
    expect(result.reason).toContain('SIGSEGV');
    expect(result.reason).toContain('libGPU: fault');
  });

  it('still offers the processor when looking for more fails', async () => {
    const engine = new FakeEngine();
    const listing = createDeviceProbe(() => engine).listDevices();
    engine.exit({ code: 134 });
    expect((await listing).map(({ backend, isSupported }) => [backend, isSupported])).toEqual([
      ['cpu', true],
      ['webgpu', false],
    ]);
  });
});
