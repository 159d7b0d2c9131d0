import { resolve } from 'node:path';
import { WorkbenchError } from '@core/errors';
import type { ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { parseRealDemoArguments } from './arguments';
import { realPlan } from './real-settings';
import { runRoad } from './run-road';
import { splitQuestions } from './split-questions';
import { runToSettled, type WorkbenchClient } from './walk-road';

/** `npm run demo:real -- --model FOLDER_OR_GGUF --questions FILE`: the same road on a model and questions of the person. */
await runRoad(
  () => parseRealDemoArguments(process.argv.slice(2)),
  () =>
    async ({ client }) => {
      const args = parseRealDemoArguments(process.argv.slice(2));
      const project = await client.projects.create({
        name: `${args.model.split(/[\\/]/).at(-1) ?? 'Model'}, seed ${args.seed}`,
        withEmbedded: false,
      });
      const base = await importModel(client, project.id, resolve(args.model));
      const preview = await client.questions.preview({ path: resolve(args.questions) });
      if (preview.suggestedMapping === null) {
        throw new WorkbenchError('validation', `No column of ${args.questions} looks like a question or an answer.`, {
          code: 'columns-unknown',
          where: `columns ${preview.columns.join(', ')}`,
          wayOut:
            'Name the columns "question" and "answer", or import the file in the window, where columns can be chosen.',
        });
      }
      const { set, accepted, rejectedCount } = await client.questions.import({
        projectId: project.id,
        path: resolve(args.questions),
        mapping: preview.suggestedMapping,
        name: 'questions',
        role: 'train',
        dryRun: false,
      });
      if (set === null)
        throw new WorkbenchError(
          'validation',
          `${args.questions} holds no usable question; ${rejectedCount} rows were left out.`,
          { code: 'no-questions', where: args.questions, wayOut: 'Look at the rows in the window: Questions, Import.' },
        );
      const { train, validation, test, trainCount, testCount, isHeldOut } = await splitQuestions(
        client,
        project.id,
        set,
      );
      if (!isHeldOut)
        process.stdout.write(
          `${accepted} questions are too few to hold any out: the figures below are of questions that were trained on.\n`,
        );
      const plan = realPlan({
        seed: args.seed,
        quick: args.quick,
        trainQuestions: trainCount,
        testQuestions: testCount,
        parameterCount: base.parameterCount,
      });
      return { projectId: project.id, base, sets: { search: train, rl: train, validation, test }, plan };
    },
);

async function importModel(client: WorkbenchClient, projectId: ProjectId, path: string): Promise<Checkpoint> {
  const inspection = await client.models.inspect({ path });
  const run = await runToSettled(
    client,
    {
      projectId,
      name: `Import ${inspection.suggestedName}`,
      spec: { kind: 'import', path, name: inspection.suggestedName },
    },
    () => undefined,
  );
  const id = run.outputs.checkpointIds.at(-1);
  if (!id) throw new WorkbenchError('internal', 'The import stored no model.', { code: 'checkpoint-missing' });
  return client.models.get({ id });
}
