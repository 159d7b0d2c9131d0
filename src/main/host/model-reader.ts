import { openModel } from '../engine/files/open-model';
import { lookAt } from '../engine/files/look-at';
import { inspectModel } from '../engine/files/inspect-model';
import { WorkbenchError } from '@core/errors';
import type { ModelConfig } from '@core/models/model-config';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import type { ModelReader } from './services/context';

/** Tokenizers kept in memory: a vocabulary of 150,000 takes about 50 MB. */
const MAX_TOKENIZERS = 3;

/** Reads models from disk, without weights and without the engine's runtime. */
export function createModelReader(): ModelReader {
  const tokenizers = new Map<string, Promise<Tokenizer>>();
  const configs = new Map<string, ModelConfig>();
  return {
    inspect: inspectModel,
    look: lookAt,
    async config(path) {
      const known = configs.get(path);
      if (known) return known;
      const config = await openModel(path).then(
        (model) => model.config,
        () => null,
      );
      if (config) configs.set(path, config);
      return config;
    },
    async readRows(path, name, take) {
      const { readRows } = await openModel(path);
      if (readRows) return readRows(name, take);
      throw new WorkbenchError('unsupported', 'A GGUF file keeps its rows in blocks that are not read one by one.', {
        code: 'rows-unreadable',
        where: path,
        wayOut: 'Import the model: the workbench then keeps a copy that can be read so.',
      });
    },
    tokenizer(path) {
      const known = tokenizers.get(path);
      if (known) return known;
      const loading = openModel(path).then((model) => model.tokenizer);
      // A model that could not be read may be mended: the next call tries again.
      loading.catch(() => tokenizers.delete(path));
      tokenizers.set(path, loading);
      const oldest = tokenizers.keys().next().value;
      if (tokenizers.size > MAX_TOKENIZERS && oldest !== undefined) tokenizers.delete(oldest);
      return loading;
    },
  };
}
