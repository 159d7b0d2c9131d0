import { WorkbenchError } from '@core/errors';
import type { QuestionSet } from '@contracts/questions';
import { parseDemoArguments } from './arguments';
import { fullDemoPlan, quickDemoPlan } from './demo-settings';
import { runRoad, type RoadPreparation } from './run-road';

/** `npm run demo`: the whole road on the embedded model, in a project of its own. */
await runRoad(
  () => parseDemoArguments(process.argv.slice(2)),
  (args): RoadPreparation =>
    async ({ client }) => {
      const project = await client.projects.create({
        name: `Demo, seed ${args.seed}${args.quick ? ', quick' : ''}`,
        withEmbedded: true,
      });
      const [base] = await client.models.list({ projectId: project.id });
      const sets = await client.questions.list({ projectId: project.id });
      if (!base)
        throw new WorkbenchError('internal', 'The embedded model is not in the demo project.', {
          code: 'embedded-missing',
        });
      const train = setNamed(sets, 'train').id;
      return {
        projectId: project.id,
        base,
        sets: {
          search: train,
          rl: train,
          validation: setNamed(sets, 'validation').id,
          test: setNamed(sets, 'test').id,
        },
        plan: args.quick ? quickDemoPlan(args.seed) : fullDemoPlan(args.seed),
      };
    },
);

function setNamed(sets: readonly QuestionSet[], name: string): QuestionSet {
  const found = sets.find((set) => set.name === name);
  if (!found)
    throw new WorkbenchError('internal', `The question set "${name}" is not in the demo project.`, {
      code: 'embedded-missing',
    });
  return found;
}
