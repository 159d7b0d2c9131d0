import { expect, it } from 'vitest';
import { listDevices } from './list-devices';

it('finds the processor, and a word about graphics cards whether there is one or not', async () => {
  const devices = await listDevices();
  expect(devices.filter(({ backend }) => backend === 'cpu')).toMatchObject([{ isSupported: true }]);
  const [card] = devices.filter(({ backend }) => backend === 'webgpu');
  expect(card && (card.isSupported || card.note !== '')).toBe(true);
});
