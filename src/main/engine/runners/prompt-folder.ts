import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { parsePromptSet, type PromptSet } from '@core/prompts/prompt-set';

/** Loads a prompt set from its folder under `resources/prompts`. @throws WorkbenchError `prompt-set-missing`, `prompt-set-invalid` */
export function loadPromptSet(promptsFolder: string, name: string): PromptSet {
  const folder = join(promptsFolder, name);
  // A set is named, never a path: nothing outside the folder can be read through it.
  if (!/^[\w-]+$/.test(name) || !existsSync(folder)) {
    const known = readdirSync(promptsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    throw new WorkbenchError('not_found', `There is no prompt set "${name}".`, {
      code: 'prompt-set-missing',
      where: promptsFolder,
      wayOut: `Choose one of ${known.map((entry) => entry.name).join(', ')}.`,
    });
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') || file.endsWith('.txt'));
  return parsePromptSet(Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')])));
}
