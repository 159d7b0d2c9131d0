import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EditablePrompts, PromptSetFacts, PromptTemplate } from '@contracts/prompts';
import { WorkbenchError } from '@core/errors';
import { parsePromptSet, PROMPT_ACTIONS } from '@core/prompts/prompt-set';
import type { ServiceContext } from './context';

type Folders = Pick<ServiceContext, 'promptsFolder' | 'folders'>;

/** The folder that holds a set of this name: the workbench's own or the person's; null where there is none. */
export function promptRootOf({ promptsFolder, folders }: Folders, name: string): string | null {
  if (!/^[\w-]+$/.test(name)) return null;
  return [promptsFolder, folders.prompts].find((root) => isFolder(join(root, name))) ?? null;
}

/** Those of the workbench first. A set of the person's that cannot be read is left out: asking for it says why. */
export function listPromptSets(context: Folders): PromptSetFacts[] {
  const { promptsFolder, folders } = context;
  const namesIn = (root: string) =>
    isFolder(root)
      ? readdirSync(root)
          .filter((name) => isFolder(join(root, name)))
          .toSorted()
      : [];
  return [...namesIn(promptsFolder), ...namesIn(folders.prompts)].flatMap((name) => {
    try {
      const { description, isOwn } = getPromptSet(context, name);
      return [{ name, description, isOwn }];
    } catch (error) {
      if (error instanceof WorkbenchError) return [];
      throw error;
    }
  });
}

/** @throws WorkbenchError `prompt-set-missing`, `prompt-set-invalid` */
export function getPromptSet(context: Folders, name: string): EditablePrompts {
  const files = readFiles(context, name);
  const { manifest } = parsePromptSet(files);
  const { description, layout } = manifest;
  const isOwn = promptRootOf(context, name) === context.folders.prompts;
  return { name, description, isOwn, layout, templates: listTemplates(files), version: versionOf(files) };
}

/** The files of a set with some texts changed. @throws as `getPromptSet` */
export function changedFiles(
  context: Folders,
  name: string,
  texts: Readonly<Record<string, string>>,
): Record<string, string> {
  const files = readFiles(context, name);
  const known = new Set(listTemplates(files).map(({ file }) => file));
  return { ...files, ...Object.fromEntries(Object.entries(texts).filter(([file]) => known.has(file))) };
}

/**
 * Keeps prompts as a set of the person's own.
 * @throws WorkbenchError `prompt-set-shipped`, `prompt-set-changed`, and those of `getPromptSet`
 */
export function savePromptSet(
  context: Folders,
  input: {
    readonly name: string;
    readonly from: string;
    readonly texts: Readonly<Record<string, string>>;
    readonly basedOn: string | null;
  },
): EditablePrompts {
  const { promptsFolder, folders } = context;
  const { name, from, texts, basedOn } = input;
  if (isFolder(join(promptsFolder, name))) throw shipped(name);
  const there = isFolder(join(folders.prompts, name)) ? versionOf(readFiles(context, name)) : null;
  if (there !== basedOn) throw changed(name, there === null);
  const files = changedFiles(context, from, texts);
  const manifest = JSON.parse(files['set.json'] ?? '{}') as object; // it was read as a prompt set just above
  files['set.json'] = `${JSON.stringify({ ...manifest, name }, null, 2)}\n`;
  parsePromptSet(files);
  writeFolder(join(folders.prompts, name), files);
  return getPromptSet(context, name);
}

/** What can be edited: each file once, however many actions use it. */
function listTemplates(files: Readonly<Record<string, string>>): PromptTemplate[] {
  const { manifest } = parsePromptSet(files);
  const found = new Map<string, PromptTemplate>();
  const add = (file: string, action: PromptTemplate['actions'][number], after: PromptTemplate['after']): void => {
    const known = found.get(file);
    if (known) known.actions.push(action);
    else found.set(file, { file, actions: [action], after, text: (files[file] ?? '').replace(/\r?\n$/, '') });
  };
  for (const action of PROMPT_ACTIONS) {
    const { template, after } = manifest.actions[action];
    add(template, action, null);
    // Holds because the manifest's schema takes names of tokens alone.
    for (const [token, file] of Object.entries(after)) add(file, action, token as PromptTemplate['after']);
  }
  return [...found.values()];
}

function readFiles(context: Folders, name: string): Record<string, string> {
  const root = promptRootOf(context, name);
  if (root === null) {
    throw new WorkbenchError('not_found', `There is no prompt set "${name}".`, {
      code: 'prompt-set-missing',
      kept: 'Everything that you have typed.',
      wayOut: 'Choose another prompt set.',
    });
  }
  const folder = join(root, name);
  const names = readdirSync(folder).filter((file) => file.endsWith('.json') || file.endsWith('.txt'));
  return Object.fromEntries(names.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

function versionOf(files: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 16);
}

/** Whole or not at all: written beside it, then put in its place. */
function writeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  const next = `${folder}.new`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(next, file), text);
  rmSync(folder, { recursive: true, force: true });
  renameSync(next, folder);
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function shipped(name: string): WorkbenchError {
  return new WorkbenchError('conflict', `The set “${name}” came with the workbench and stays as it is.`, {
    code: 'prompt-set-shipped',
    kept: 'The prompts as you have typed them.',
    wayOut: 'Give your set another name.',
  });
}

function changed(name: string, isGone: boolean): WorkbenchError {
  const what = isGone ? 'is no longer there' : 'is there already, or was changed meanwhile';
  return new WorkbenchError('conflict', `A set “${name}” ${what}.`, {
    code: 'prompt-set-changed',
    kept: 'The prompts as you have typed them.',
    wayOut: 'Save yours under another name, or open that one and look at it first.',
  });
}
