import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { QuestionRow, QuestionSetRole } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';

/** What `workbench.json` beside an embedded model says. */
const EmbeddedManifest = z.object({
  promptSet: z.string(),
  plainPrompts: z.array(z.string()),
  /** Name → path inside the resources folder. */
  questions: z.record(z.string(), z.string()),
});

const EmbeddedQuestion = z.object({ id: z.string(), question: z.string(), answer: z.string() });

export interface EmbeddedSet {
  readonly name: string;
  readonly role: QuestionSetRole;
  readonly source: string;
  readonly rows: readonly QuestionRow[];
}

export interface EmbeddedModel {
  readonly path: string;
  readonly name: string;
  readonly promptSet: string;
  readonly plainPrompts: readonly string[];
  readonly sets: readonly EmbeddedSet[];
}

/** A set named `train` or `validation` has that role; every other is for tests, and so never trained on. */
function roleOf(name: string): QuestionSetRole {
  return name === 'train' || name === 'validation' ? name : 'test';
}

/**
 * Reads what ships with the program: the embedded model's facts and its questions.
 * @throws WorkbenchError `embedded-missing` when this installation has none
 */
export async function readEmbeddedModel(resourcesFolder: string): Promise<EmbeddedModel> {
  const modelsFolder = join(resourcesFolder, 'models');
  try {
    const [name] = (await readdir(modelsFolder, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted();
    if (name === undefined) throw new Error('The folder is empty.');
    const path = join(modelsFolder, name);
    const manifest = EmbeddedManifest.parse(JSON.parse(await readFile(join(path, 'workbench.json'), 'utf8')));
    const sets = await Promise.all(
      Object.entries(manifest.questions).map(async ([setName, file]) => ({
        name: setName,
        role: roleOf(setName),
        source: `${name}: ${setName}`,
        rows: parseQuestions(await readFile(join(resourcesFolder, file), 'utf8')),
      })),
    );
    return { path, name, promptSet: manifest.promptSet, plainPrompts: manifest.plainPrompts, sets };
  } catch (cause) {
    throw new WorkbenchError(
      'precondition',
      'The embedded model cannot be read; this installation is incomplete.',
      {
        code: 'embedded-missing',
        where: modelsFolder,
        kept: 'Everything of yours.',
        wayOut: 'Install the workbench again, or create a project without it and import a model.',
      },
      { cause },
    );
  }
}

function parseQuestions(text: string): QuestionRow[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { id, question, answer } = EmbeddedQuestion.parse(JSON.parse(line));
      return { id, prompt: question, referenceAnswer: answer };
    });
}
