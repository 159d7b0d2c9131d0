import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../formats/safetensors';
import type { ModelConfig, Parameter, ParameterStore } from '../../models/model-config';
import { readModelConfig } from '../../models/registry';
import { FIXTURES } from '../../testing/fixtures';

/** Folders of tiny models that say what generation must give. */
export function fixtureModels(): string[] {
  const models = join(FIXTURES, 'models');
  if (!existsSync(models)) return [];
  return readdirSync(models).filter((name) => existsSync(join(models, name, 'expected', 'generate.json')));
}

/** A tiny model from its folder. */
export function readFixtureModel(model: string): { config: ModelConfig; parameters: ParameterStore } {
  const folder = join(FIXTURES, 'models', model);
  const config = readModelConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')));
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
