import { parseRealDemoArguments } from './arguments';
import { importModel, importQuestions } from './own-material';
import { realPlan } from './real-settings';
import { runRoad } from './run-road';

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
      const base = await importModel(client, project.id, args.model);
      const { train, validation, test, trainCount, testCount, isHeldOut, accepted } = await importQuestions(
        client,
        project.id,
        args.questions,
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
