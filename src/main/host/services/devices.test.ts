import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FoundDevice, SelfTest } from '@contracts/devices';
import { makeTestFolder, TestHost } from '../testing/test-host';
import type { DeviceProbe } from './devices';

const PROCESSOR: FoundDevice = { backend: 'cpu', name: 'Processor', isSoftware: false, isSupported: true, note: '' };
const CARD: FoundDevice = { backend: 'webgpu', name: 'Some card', isSoftware: false, isSupported: true, note: '' };
const SOFTWARE: FoundDevice = { ...CARD, name: 'SwiftShader', isSoftware: true };
const PASSED: SelfTest = { hasPassed: true, reason: 'Agrees.', differences: { loss: 0, gradient: 0, logProb: 0 } };
const FAILED: SelfTest = { hasPassed: false, reason: 'The gradients differ.', differences: null };

/** A probe that counts what it is asked. */
function probeOf(card: FoundDevice | null, result: SelfTest = PASSED) {
  const asked = { list: 0, test: 0 };
  const probe: DeviceProbe = {
    listDevices: async () => {
      asked.list++;
      return card ? [PROCESSOR, card] : [PROCESSOR];
    },
    testDevice: async () => {
      asked.test++;
      return result;
    },
  };
  return { probe, asked };
}

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost | null = null;
beforeEach(() => (folder = makeTestFolder()));
afterEach(async () => {
  await host?.host.close(0);
  folder.remove();
});

function open(probe: DeviceProbe): TestHost {
  host = new TestHost(folder.path, { deviceProbe: probe });
  return host;
}

describe('the device of the next run', () => {
  it('is a card that passes its test, which is run once and kept over a restart', async () => {
    const { probe, asked } = probeOf(CARD);
    const first = open(probe);
    expect(await first.services.devices.choose()).toMatchObject({ device: 'webgpu', deviceName: 'Some card' });
    await first.services.devices.choose();
    await first.host.close(0);
    expect(await open(probe).services.devices.choose()).toMatchObject({ device: 'webgpu' });
    expect(asked).toEqual({ list: 2, test: 1 });
  });

  it('is the processor, with the reason, where the card fails its test', async () => {
    const { devices } = open(probeOf(CARD, FAILED).probe).services;
    const chosen = await devices.choose();
    expect(chosen.device).toBe('cpu');
    expect(chosen.deviceReason).toContain('The gradients differ.');
    expect(await devices.report()).toMatchObject({ next: { device: 'cpu' }, selfTest: { hasPassed: false } });
  });

  it('is a card in software only for whoever asks for it', async () => {
    const { probe, asked } = probeOf(SOFTWARE);
    const { client, services } = open(probe);
    expect(await services.devices.choose()).toMatchObject({ device: 'cpu' });
    expect(asked.test).toBe(0);
    await client.system.changeSettings({ device: 'gpu' });
    expect(await services.devices.choose()).toMatchObject({ device: 'webgpu', deviceName: 'SwiftShader' });
  });

  it('is the processor without looking for cards where a person wants that', async () => {
    const { probe, asked } = probeOf(CARD);
    const { client, services } = open(probe);
    await client.system.changeSettings({ device: 'cpu' });
    expect(await services.devices.choose()).toMatchObject({ device: 'cpu' });
    expect(asked).toEqual({ list: 0, test: 0 });
  });

  it('must pass a test of its own when the card is another one', async () => {
    const first = open(probeOf(CARD).probe);
    await first.client.system.testDevice({});
    await first.host.close(0);
    const other = probeOf({ ...CARD, name: 'Another card' });
    const report = await open(other.probe).client.system.devices({});
    expect(report).toMatchObject({
      selfTest: null,
      next: { device: 'cpu', reason: 'Another card has not been tested yet.' },
    });
  });

  it('says that there is no card to whoever chose one', async () => {
    const { client, services } = open(probeOf(null).probe);
    await client.system.changeSettings({ device: 'gpu' });
    expect(await services.devices.choose()).toMatchObject({
      device: 'cpu',
      deviceReason: 'No graphics card was found.',
    });
  });
});
