import { WorkbenchError } from '../errors';
import { decodeUtf8Lossy } from './utf8';

/** What the first bytes of a weight file say it is, whatever its name. */
export type WeightFileKind = 'gguf' | 'safetensors' | 'pickle' | 'lfs-pointer' | 'unknown';

/** Bytes that `sniffWeightFile` wants to see. */
export const SNIFF_BYTES = 64;

/** Tells the kind of a weight file from its first bytes (`SNIFF_BYTES` of them, or all there are). */
export function sniffWeightFile(head: Uint8Array): WeightFileKind {
  const text = decodeUtf8Lossy(head.subarray(0, SNIFF_BYTES));
  if (text.startsWith('GGUF')) return 'gguf';
  // A header length below 4 GiB, then its opening brace. First, because a length may begin like a pickle: 640 is 80 02.
  if (head[8] === 0x7b && [4, 5, 6, 7].every((at) => head[at] === 0)) return 'safetensors';
  // torch.save writes a zip archive of pickles, older versions a bare pickle of protocol 2 to 5.
  if (text.startsWith('PK\u0003\u0004') || (head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5))
    return 'pickle';
  if (text.startsWith('version https://git-lfs')) return 'lfs-pointer';
  return 'unknown';
}

/** Why a file of this kind is not read, or null when it may be. */
export function refuseWeightFile(
  kind: WeightFileKind,
  expected: 'gguf' | 'safetensors',
  fileName: string,
): WorkbenchError | null {
  if (kind === expected) return null;
  if (kind === 'pickle') {
    return new WorkbenchError(
      'unsupported',
      `${fileName} is a pickle file. Loading one can run any program hidden in it, so the workbench does not.`,
      {
        code: 'pickle-refused',
        where: fileName,
        wayOut: 'Choose a copy of the model in safetensors or GGUF form; most models offer one.',
      },
    );
  }
  if (kind === 'lfs-pointer') {
    return new WorkbenchError(
      'validation',
      `${fileName} is only a pointer to the weights (Git LFS), not the weights.`,
      {
        code: 'lfs-pointer',
        where: fileName,
        wayOut: 'Run "git lfs pull" in the folder, or download the file itself.',
      },
    );
  }
  return new WorkbenchError(
    'validation',
    `${fileName} is not a ${expected === 'gguf' ? 'GGUF' : 'safetensors'} file.`,
    {
      code: `${expected}-kind`,
      where: fileName,
      wayOut: 'Download or copy the file again.',
    },
  );
}
