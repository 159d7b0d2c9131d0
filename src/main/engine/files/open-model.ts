import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { refuseWeightFile } from '@core/formats/sniff';
import { settleFolder } from './atomic-folder';
import { readGguf } from './gguf-file';
import { readModelFolder } from './model-folder';
import type { ModelSource } from './model-source';
import { sniffFile } from './read-file';

/**
 * Opens a model, whatever it is: a Hugging Face folder, a safetensors or JSON file inside one, or a GGUF file.
 * Goes by content, not by the name. A folder whose replacement was killed half-way comes back first.
 * @throws WorkbenchError as `readModelFolder` and `readGguf`; `pickle-refused`, `lfs-pointer`, `file-missing`
 */
export async function openModel(path: string): Promise<ModelSource> {
  await settleFolder(path);
  if (await isFolder(path)) return readModelFolder(path);
  const kind = await sniffFile(path);
  if (kind === 'gguf') return readGguf(path);
  if (kind === 'safetensors' || path.endsWith('.json')) return readModelFolder(dirname(path));
  throw (
    refuseWeightFile(kind, 'safetensors', path) ??
    new WorkbenchError('validation', `${path} holds no model.`, {
      code: 'safetensors-kind',
      where: path,
      wayOut: 'Choose a model folder or a GGUF file.',
    })
  );
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new WorkbenchError(
      'not_found',
      `${path} is not there.`,
      { code: 'file-missing', where: path, wayOut: 'Choose a folder or file that exists.' },
      { cause },
    );
  }
}
