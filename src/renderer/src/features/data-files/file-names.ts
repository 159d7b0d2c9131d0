import type { DataFormat } from '@contracts/example-files';

/** A path below a folder, with the sign that the folder's own path uses. */
export function joinPath(folder: string, name: string): string {
  const sign = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder.endsWith(sign) ? `${folder}${name}` : `${folder}${sign}${name}`;
}

/** The folder of a path; the path itself where it names none. */
export function folderOf(path: string): string {
  return path.replace(/[\\/][^\\/]*$/, '') || path;
}

/** A name that every file system takes: letters, digits, dots and hyphens. */
export function fileNameOf(name: string, layout: string, format: DataFormat): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase();
  return `${plain || 'data'}-${layout}.${format}`;
}
