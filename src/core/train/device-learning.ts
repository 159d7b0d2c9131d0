import type { DeviceSlot } from '../optim/device-adamw';
import type { DeviceMemory, DeviceTensor } from '../ports';
import { sizeOf } from '../tensor/dims';
import type { ReadState, StateTensor } from './learning-state';

/** One tensor that learns on a device; the counterpart of `LearningTensor`. */
export interface DeviceLearning extends DeviceSlot {
  /** Name within the trainer, e.g. `model.norm.weight` or `….q_proj.weight#A`. */
  readonly name: string;
  /** Ids of the rows that learn, null for all of the tensor. */
  readonly ids: readonly number[] | null;
  /** Two-dimensional, so it belongs to the group `matrices` of weight decay. */
  readonly isMatrix: boolean;
}

export interface DeviceLearningSpec {
  readonly name: string;
  /** Shape of the gradient; with `ids` one waste row longer than they. */
  readonly dims: readonly number[];
  /** Where the values live. */
  readonly weight: DeviceTensor;
  readonly ids: readonly number[] | null;
}

export const STATE_PARTS = [
  { prefix: 'weight', part: 'weight' },
  { prefix: 'moment1', part: 'firstMoment' },
  { prefix: 'moment2', part: 'secondMoment' },
] as const;

/** Gradients and moments, zero, for the tensors that learn. */
export async function allocateDeviceLearning(
  device: DeviceMemory,
  specs: readonly DeviceLearningSpec[],
): Promise<readonly DeviceLearning[]> {
  const learning: DeviceLearning[] = [];
  for (const { name, dims, weight, ids } of specs) {
    const own = ids ? dims.with(0, ids.length) : dims;
    learning.push({
      name,
      ids,
      weight,
      isMatrix: dims.length === 2,
      gradient: await device.allocate(dims),
      firstMoment: await device.allocate(own),
      secondMoment: await device.allocate(own),
      rowIds: ids && { dtype: 'int64', dims: [ids.length, 1], data: BigInt64Array.from(ids, BigInt) },
    });
  }
  return learning;
}

export function freeDeviceLearning(device: DeviceMemory, learning: readonly DeviceLearning[]): void {
  for (const { gradient, firstMoment, secondMoment } of learning)
    for (const tensor of [gradient, firstMoment, secondMoment]) device.free(tensor);
}

/** A tensor of the device as the host sees it. */
export async function fetchTensor(device: DeviceMemory, tensor: DeviceTensor): Promise<Float32Array> {
  const data = new Float32Array(sizeOf(tensor.dims));
  await device.copy(tensor, { dtype: 'float32', dims: tensor.dims, data });
  return data;
}

/** Weights and moments under the names that every trainer saves them by, so that a run can go on elsewhere. */
export async function saveDeviceLearning(
  device: DeviceMemory,
  learning: readonly DeviceLearning[],
): Promise<readonly StateTensor[]> {
  const tensors: StateTensor[] = [];
  for (const each of learning) {
    for (const { prefix, part } of STATE_PARTS) {
      const values = await fetchTensor(device, each[part]);
      const { dims } = each.firstMoment;
      const data = part === 'weight' && each.ids ? rowsOf(values, each.ids, dims[1] ?? 1) : values;
      tensors.push({ name: `${prefix}/${each.name}`, dims, data });
    }
  }
  return tensors;
}

/** The reverse of `saveDeviceLearning`. @throws {ShapeError} when a tensor is missing, or of another length or kind */
export async function restoreDeviceLearning(
  device: DeviceMemory,
  learning: readonly DeviceLearning[],
  read: ReadState,
): Promise<void> {
  for (const each of learning) {
    for (const { prefix, part } of STATE_PARTS) {
      const data = new Float32Array(sizeOf(each.firstMoment.dims));
      read(`${prefix}/${each.name}`, [data]);
      if (part === 'weight' && each.ids) await writeRows(device, each.weight, each.ids, data);
      else await device.copy({ dtype: 'float32', dims: each[part].dims, data }, each[part]);
    }
  }
}

/** Replaces some rows of a matrix on the device. */
export async function writeRows(
  device: DeviceMemory,
  matrix: DeviceTensor,
  ids: readonly number[],
  rows: Float32Array,
): Promise<void> {
  const width = matrix.dims[1] ?? 1;
  const data = await fetchTensor(device, matrix);
  ids.forEach((id, place) => data.set(rows.subarray(place * width, (place + 1) * width), id * width));
  await device.copy({ dtype: 'float32', dims: matrix.dims, data }, matrix);
}

/** Some rows of a matrix, one after the other. */
export function rowsOf(matrix: Float32Array, ids: readonly number[], width: number): Float32Array {
  const rows = new Float32Array(ids.length * width);
  ids.forEach((id, place) => rows.set(matrix.subarray(id * width, (id + 1) * width), place * width));
  return rows;
}
