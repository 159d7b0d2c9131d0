import { resolve } from 'node:path';
import { WorkbenchError } from '@core/errors';
import type { ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { splitQuestions, type SplitSets } from './split-questions';
import { runToSettled, type WorkbenchClient } from './walk-road';

/** A model of the person, imported as the window would. @throws WorkbenchError of the import */
export async function importModel(client: WorkbenchClient, projectId: ProjectId, path: string): Promise<Checkpoint> {
  const folder = resolve(path);
  const inspection = await client.models.inspect({ path: folder });
  const run = await runToSettled(
    client,
    {
      projectId,
      name: `Import ${inspection.suggestedName}`,
      spec: { kind: 'import', path: folder, name: inspection.suggestedName },
    },
    () => undefined,
  );
  const id = run.outputs.checkpointIds.at(-1);
  if (!id) throw new WorkbenchError('internal', 'The import stored no model.', { code: 'checkpoint-missing' });
  return client.models.get({ id });
}

/** Questions of the person, imported and split into sets for training, validation and test. */
export async function importQuestions(
  client: WorkbenchClient,
  projectId: ProjectId,
  file: string,
): Promise<SplitSets & { readonly accepted: number }> {
  const preview = await client.questions.preview({ path: resolve(file) });
  if (preview.suggestedMapping === null) {
    throw new WorkbenchError('validation', `No column of ${file} looks like a question or an answer.`, {
      code: 'columns-unknown',
      where: `columns ${preview.columns.join(', ')}`,
      wayOut:
        'Name the columns "question" and "answer", or import the file in the window, where columns can be chosen.',
    });
  }
  const { set, accepted, rejectedCount } = await client.questions.import({
    projectId,
    path: resolve(file),
    mapping: preview.suggestedMapping,
    name: 'questions',
    role: 'train',
    dryRun: false,
  });
  if (set === null)
    throw new WorkbenchError('validation', `${file} holds no usable question; ${rejectedCount} rows were left out.`, {
      code: 'no-questions',
      where: file,
      wayOut: 'Look at the rows in the window: Questions, Import.',
    });
  return { ...(await splitQuestions(client, projectId, set)), accepted };
}
