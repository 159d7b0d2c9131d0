/**
 * How far WebGPU is from the processor on this machine: every op of the table, and a training step with decoding. No speeds: where the driver is
 * one in software they would say nothing of a card.
 *
 *     VK_ICD_FILENAMES=…/vk_swiftshader_icd.json node scripts/with-node.mjs scripts/run.mjs bench/webgpu.ts
 */
import { evaluateProgram } from '../src/core/ops/reference';
import { listDevices } from '../src/main/engine/devices/list-devices';
import { testDevice } from '../src/main/engine/devices/self-test';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { buildCase, NAMED_OP_CASES, runCase } from '../src/main/engine/testing/op-programs';
import { WebGpuExecutor } from '../src/main/engine/webgpu-executor';

console.table(await listDevices());
const processor = new OrtExecutor({ threads: 1 });
const device = new WebGpuExecutor();
const worst = new Map<string, { cases: number; difference: number }>();
for (const { name, each } of NAMED_OP_CASES) {
  const built = buildCase(each, name);
  const expected = evaluateProgram(built.program, built.feeds);
  const [onProcessor, onDevice] = [
    await runCase(processor, built, expected, 'cpu'),
    await runCase(device, built, expected, 'webgpu'),
  ];
  const [op = name] = name.split(' ');
  const known = worst.get(op) ?? { cases: 0, difference: 0 };
  let { difference } = known;
  for (const [output, { data }] of Object.entries(onProcessor)) {
    data.forEach((found, index) => {
      const [value, own] = [Number(found), Number(onDevice[output]?.data[index])];
      if (value !== own) difference = Math.max(difference, Math.abs(own - value) / Math.max(1, Math.abs(value)));
    });
  }
  worst.set(op, { cases: known.cases + 1, difference });
}
console.table(
  [...worst].map(([op, { cases, difference }]) => ({ op, cases, difference: difference.toExponential(1) })),
);
console.log(await testDevice(device, processor));
