import type { Checkpoint } from '@contracts/models';

/** The checkpoint whose name or folder is what the adapter calls its base, e.g. `org/Model` or `../model`; null when none is. */
export function suggestBase<T extends Pick<Checkpoint, 'name' | 'path'>>(
  baseModelPath: string,
  checkpoints: readonly T[],
): T | null {
  const wanted = lastPart(baseModelPath);
  if (wanted === '') return null;
  return (
    checkpoints.find(({ path }) => path === baseModelPath) ??
    checkpoints.find(({ name, path }) => name.toLowerCase() === wanted || lastPart(path) === wanted) ??
    null
  );
}

function lastPart(path: string): string {
  return (
    path
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .at(-1)
      ?.toLowerCase() ?? ''
  );
}
