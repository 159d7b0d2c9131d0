import { WorkbenchError } from '@core/errors';
import type { QuestionSet } from '@contracts/questions';
import type { DemoArguments } from './arguments';
import { fullDemoPlan, quickDemoPlan } from './demo-settings';
import type { RoadPreparation } from './run-road';

/** A new project with the embedded model, its question sets, and the plan of the demo. */
export const prepareDemo =
  (args: Pick<DemoArguments, 'seed' | 'quick'>): RoadPreparation =>
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
  };

function setNamed(sets: readonly QuestionSet[], name: string): QuestionSet {
  const found = sets.find((set) => set.name === name);
  if (!found)
    throw new WorkbenchError('internal', `The question set "${name}" is not in the demo project.`, {
      code: 'embedded-missing',
    });
  return found;
}
