import { WorkbenchError } from '../errors';
import { encodeGraph } from '../graph/encode';
import { EMBEDDING, HEAD } from '../models/decoder/parameters';
import type { Parameter, ParameterStore } from '../models/model-config';
import type { GraphExecutor } from '../ports';
import { buildMergeGraph, copyExactly, peftName } from './lora';

/** What a LoRA adapter holds, under PEFT's names. */
export interface AdapterToMerge {
  readonly tensors: readonly Parameter[];
  /** Factor of each product B·A; see `loraScaling`. */
  readonly scaling: number;
  /** Ids of the token rows that it has, by end of the model (`embed_tokens`, `lm_head`). */
  readonly rows: Readonly<Record<string, readonly number[]>> | null;
}

/**
 * Lays an adapter over a model's weights: tensors saved as a whole and rows of tokens replace the model's, then W + s·B·A.
 * Takes the largest matrix once more while it works.
 * @param parameters of the base, with as many rows as the adapter's own embedding where it has one
 * @throws WorkbenchError `adapter-untied` when the adapter tells the ends of a model apart that shares one; {@link ShapeError}
 */
export async function mergeAdapter(
  adapter: AdapterToMerge,
  parameters: Pick<ParameterStore, 'names' | 'get'>,
  executor: GraphExecutor,
): Promise<void> {
  const byName = new Map(adapter.tensors.map((tensor) => [tensor.name, tensor.data]));
  if (!parameters.names.includes(HEAD)) refuseSecondHead(byName);
  for (const name of parameters.names) {
    const whole = byName.get(`base_model.model.${name}`);
    if (whole) copyExactly(whole, parameters.get(name).data, name);
    writeRows(adapter, byName, parameters.get(name));
  }
  const adapted = parameters.names.filter((name) => byName.has(peftName(name, 'lora_A')));
  const merge = await executor.compile(encodeGraph(buildMergeGraph(adapter.scaling)), { label: 'lora-merge' });
  const largest = adapted.reduce((size, name) => Math.max(size, parameters.get(name).data.length), 0);
  const scratch = new Float32Array(largest);
  try {
    for (const name of adapted) {
      const { dims, data } = parameters.get(name);
      const [out = 1, width = 1] = dims;
      const a = byName.get(peftName(name, 'lora_A')) ?? new Float32Array();
      const b = byName.get(peftName(name, 'lora_B')) ?? new Float32Array();
      const rank = a.length / width;
      const merged = scratch.subarray(0, data.length);
      await merge.run(
        {
          base: { dtype: 'float32', dims, data },
          a: { dtype: 'float32', dims: [rank, width], data: a },
          b: { dtype: 'float32', dims: [out, rank], data: b },
        },
        { merged: { dtype: 'float32', dims, data: merged } },
      );
      data.set(merged);
    }
  } finally {
    await merge.dispose();
  }
}

/** PEFT's `trainable_tokens_delta` are the new rows themselves. */
function writeRows({ rows }: AdapterToMerge, byName: ReadonlyMap<string, Float32Array>, parameter: Parameter): void {
  const values = byName.get(peftName(parameter.name, 'token_adapter'));
  if (!values) return;
  const ids = rows?.[parameter.name.split('.').at(-2) ?? ''] ?? [];
  const width = parameter.dims[1] ?? 1;
  for (const [place, id] of ids.entries())
    parameter.data.set(values.subarray(place * width, (place + 1) * width), id * width);
}

/** A model that shares one matrix between its ends cannot take two. */
function refuseSecondHead(byName: ReadonlyMap<string, Float32Array>): void {
  for (const nameOf of [
    (end: string) => `base_model.model.${end}`,
    (end: string) => peftName(end, 'token_adapter'),
  ] as const) {
    const head = byName.get(nameOf(HEAD));
    if (!head) continue;
    const embedding = byName.get(nameOf(EMBEDDING));
    if (embedding?.length === head.length && embedding.every((value, at) => value === head[at])) continue;
    throw new WorkbenchError(
      'unsupported',
      'The adapter has a head of its own, apart from the embedding; the model shares one matrix between both.',
      {
        code: 'adapter-untied',
        where: nameOf(HEAD),
        kept: 'The model and the adapter are as they were.',
        wayOut: 'Merge the adapter into its base model with PEFT and import the merged model.',
      },
    );
  }
}
