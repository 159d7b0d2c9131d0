import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSafetensors } from '../../formats/safetensors';
import type { ModelConfig, Parameter, ParameterStore } from '../../models/model-config';

export const FIXTURES = resolve(process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures');

/** Folders of tiny models that say what generation must give. */
export function fixtureModels(): string[] {
  const models = join(FIXTURES, 'models');
  return readdirSync(models).filter((name) => existsSync(join(models, name, 'expected', 'generate.json')));
}

export function readExpected<T>(model: string, file: string): T {
  return JSON.parse(readFileSync(join(FIXTURES, 'models', model, 'expected', file), 'utf8'));
}

export function readExpectedTensors(model: string, file: string): ReturnType<typeof readSafetensors> {
  return readSafetensors(readFileSync(join(FIXTURES, 'models', model, 'expected', file)), file);
}

/** A tiny model from its folder; enough of config.json for the fixtures. */
export function readFixtureModel(model: string): { config: ModelConfig; parameters: ParameterStore } {
  const folder = join(FIXTURES, 'models', model);
  const raw = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const rope = raw.rope_parameters ?? raw.rope_scaling ?? {};
  const config: ModelConfig = {
    architecture: raw.model_type,
    hiddenSize: raw.hidden_size,
    numLayers: raw.num_hidden_layers,
    numHeads: raw.num_attention_heads,
    numKvHeads: raw.num_key_value_heads,
    headDim: raw.head_dim ?? raw.hidden_size / raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    vocabSize: raw.vocab_size,
    rmsNormEps: raw.rms_norm_eps,
    ropeTheta: raw.rope_theta ?? rope.rope_theta,
    ropeScaling:
      rope.rope_type === 'llama3'
        ? {
            kind: 'llama3',
            factor: rope.factor,
            lowFreqFactor: rope.low_freq_factor,
            highFreqFactor: rope.high_freq_factor,
            originalMaxPositions: rope.original_max_position_embeddings,
          }
        : null,
    tieWordEmbeddings: raw.tie_word_embeddings,
    qkvBias: raw.model_type === 'qwen2',
    qkNorm: raw.model_type === 'qwen3',
    maxPositions: raw.max_position_embeddings,
  };
  const tensors = readSafetensors(readFileSync(join(folder, 'model.safetensors')), model);
  return { config, parameters: storeOf([...tensors].map(([name, tensor]) => ({ name, ...tensor }))) };
}

/** Parameters in ordinary memory. */
export function storeOf(parameters: readonly Parameter[]): ParameterStore {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  let version = 0;
  return {
    names: [...byName.keys()],
    get(name) {
      const parameter = byName.get(name);
      if (!parameter) throw new Error(`no parameter ${name}`);
      return parameter;
    },
    has: (name) => byName.has(name),
    get version() {
      return version;
    },
    markChanged: () => void version++,
  };
}
