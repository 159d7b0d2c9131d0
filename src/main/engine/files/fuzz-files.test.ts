import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { fuzz, FUZZ_TIMEOUT, mutateBytes, mutateJsonText } from '@core/testing/mutants';
import { parseSafetensors, writeSafetensors } from '@core/formats/safetensors';
import { readBinaryState, readJsonState } from '../run-state';
import { parseAdapterConfig } from './adapter-config';
import { parseWeightMap } from './safetensors-files';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizeOf = (text: { readonly length: number }) => text.length;

/** Some of the damage is read, some refused, and no memory is asked for that the file does not hold. */
function expectHandled({ refused, worstAllocation }: ReturnType<typeof fuzz>): void {
  expect(refused).toBeGreaterThan(0.2);
  expect(refused).toBeLessThan(1);
  expect(worstAllocation).toBeLessThanOrEqual(1);
}

it(
  'a damaged model.safetensors.index.json is read or refused',
  () => {
    const index = {
      metadata: { total_size: 1000 },
      weight_map: Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [
          `model.layers.${i}.weight`,
          `model-0000${1 + (i >> 2)}-of-00002.safetensors`,
        ]),
      ),
    };
    expectHandled(
      fuzz('index', {
        mutate: (rng) => mutateJsonText(index, rng),
        sizeOf,
        parse(text) {
          // Whatever is accepted names files of the same folder.
          for (const file of parseWeightMap(text).values())
            if (/[\\/]/.test(file) || file.startsWith('.')) throw new RangeError(file);
        },
      }),
    );
  },
  FUZZ_TIMEOUT,
);

it(
  'a damaged adapter_config.json is read or refused',
  () => {
    const config = {
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: '../base',
      r: 8,
      lora_alpha: 16,
      lora_dropout: 0.05,
      target_modules: ['q_proj', 'v_proj'],
      trainable_token_indices: { embed_tokens: [3, 4] },
      modules_to_save: null,
      rank_pattern: {},
      bias: 'none',
      use_dora: false,
    };
    expectHandled(
      fuzz('adapter', {
        mutate: (rng) => mutateJsonText(config, rng),
        sizeOf,
        parse: (text) => void parseAdapterConfig(text),
      }),
    );
  },
  FUZZ_TIMEOUT,
);

it(
  'a damaged state of a run is read or refused',
  () => {
    const State = z.object({
      file: z.string(),
      step: z.int(),
      progress: z.object({
        done: z.int().min(0),
        sums: z.record(z.string(), z.number()),
        streams: z.array(z.array(z.number())),
      }),
    });
    const state = {
      file: 'trainer-3.safetensors',
      step: 3,
      progress: { done: 2, sums: { loss: 1.5 }, streams: [[1, 2], [3]] },
    };
    const path = join(folder, 'state.json');
    expectHandled(
      fuzz('run-state', {
        mutate: (rng) => mutateJsonText(state, rng),
        sizeOf: (text) => new TextEncoder().encode(text).length,
        parse(text) {
          writeFileSync(path, text);
          readJsonState(path, (value) => State.parse(value));
        },
      }),
    );
  },
  FUZZ_TIMEOUT,
);

it(
  'damaged tensors of a run are read or refused',
  () => {
    const tensors = [
      { name: 'weight/a', dims: [2, 3], data: new Float32Array(6) },
      { name: 'moment1/a', dims: [2, 3], data: new Float32Array(6) },
    ];
    const path = join(folder, 'trainer.safetensors');
    const bytes = writeSafetensors(tensors);
    expectHandled(
      fuzz('run-tensors', {
        mutate: (rng) => mutateBytes([bytes], rng),
        sizeOf,
        parse(mutant) {
          writeFileSync(path, mutant);
          parseSafetensors(readBinaryState(path) ?? new Uint8Array(0), path);
        },
      }),
    );
  },
  FUZZ_TIMEOUT,
);
