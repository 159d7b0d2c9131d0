import { describe, expect, it } from 'vitest';
import { evaluateProgram } from '@core/ops/reference';
import { OrtExecutor } from './ort-executor';
import { buildCase, NAMED_OP_CASES, runCase } from './testing/op-programs';
import { fallbacksOf, profiledWebGpu } from './testing/webgpu';
import { tryWebGpu } from './webgpu-executor';

const missing = await tryWebGpu();
const cpu = new OrtExecutor({ threads: 1 });

describe.skipIf(missing !== null)(`ops on WebGPU${missing === null ? '' : ` (not here: ${missing})`}`, () => {
  const { executor, takePlacement } = profiledWebGpu();

  // Products of 8 bits are the processor's own; the device trainer does not offer them.
  const cases = NAMED_OP_CASES.filter(({ each }) => each.operands.every(({ dtype }) => dtype !== 'int8'));
  it.each(cases)('computes $name and its gradient as the processor does', async ({ name, each }) => {
    const built = buildCase(each, name);
    const expected = evaluateProgram(built.program, built.feeds);
    const onCpu = await runCase(cpu, built, expected, 'cpu');
    const onDevice = await runCase(executor, built, expected, 'webgpu');
    for (const [output, { data }] of Object.entries(onCpu)) {
      data.forEach((found, index) => {
        const [value, own] = [Number(found), Number(onDevice[output]?.data[index])];
        const close = value === own || Math.abs(own - value) < 2e-5 * Math.max(1, Math.abs(value));
        expect({ output, index, own, value, close }).toMatchObject({ close: true });
      });
    }
  });

  it('leaves nothing but ids and shapes to the processor', () => {
    const nodes = takePlacement();
    expect(nodes.filter(({ provider }) => provider === 'WebGpuExecutionProvider').length).toBeGreaterThan(200);
    expect(fallbacksOf(nodes)).toEqual([]);
  });
});
