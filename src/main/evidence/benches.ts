import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import type { QuestionSet } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import { fullDemoPlan, quickDemoPlan } from '../demo/demo-settings';
import { importModel, importQuestions } from '../demo/own-material';
import { realPlan } from '../demo/real-settings';
import type { WorkbenchClient } from '../demo/walk-road';
import { resourcesFolder } from '../demo/workbench-session';
import { readEmbeddedModel } from '../host/services/embedded';
import type { Bench, SetName } from './study';

export type OpenBench = Bench & { readonly projectId: ProjectId };

/** The embedded model and its questions, in a project for each seed; null where there is none and none may be made. */
export async function openEmbeddedBench(
  client: WorkbenchClient,
  seed: number,
  isQuick: boolean,
  mayMake: boolean,
): Promise<OpenBench | null> {
  const name = `Evidence, seed ${seed}${isQuick ? ', quick' : ''}, material ${await embeddedMark()}`;
  const found = await findProject(client, name);
  if (found === null && !mayMake) return null;
  const projectId = found ?? (await client.projects.create({ name, withEmbedded: true })).id;
  const { base, sets } = await readProject(client, projectId);
  if (!base)
    throw new WorkbenchError('internal', `The embedded model is not in the project "${name}".`, {
      code: 'embedded-missing',
    });
  return {
    seed,
    isQuick,
    projectId,
    base,
    plan: isQuick ? quickDemoPlan(seed) : fullDemoPlan(seed),
    sets: byName(sets),
  };
}

/** A model and questions of the person, in a project for each seed and pair; null where there is none and none may be made. */
export async function openRealBench(
  client: WorkbenchClient,
  seed: number,
  isQuick: boolean,
  { model, questions }: { readonly model: string; readonly questions: string },
  mayMake: boolean,
): Promise<OpenBench | null> {
  const name = `Evidence, ${basename(model)} on ${basename(questions)}, seed ${seed}${isQuick ? ', quick' : ''}`.slice(
    0,
    120,
  );
  let projectId = await findProject(client, name);
  if (projectId === null) {
    if (!mayMake) return null;
    projectId = (await client.projects.create({ name, withEmbedded: false })).id;
    await importModel(client, projectId, model);
    await importQuestions(client, projectId, questions);
  }
  const { base, sets } = await readProject(client, projectId);
  if (!base)
    throw new WorkbenchError('precondition', `The project "${name}" has no model.`, {
      code: 'model-missing',
      wayOut: 'Remove the project and start again.',
    });
  const named = byRole(sets);
  const plan = realPlan({
    seed,
    quick: isQuick,
    trainQuestions: named.train?.count ?? 0,
    testQuestions: named.test?.count ?? 0,
    parameterCount: base.parameterCount,
  });
  return { seed, isQuick, projectId, base, plan, sets: named };
}

/** A few letters that change with the embedded model or its questions: runs on other material are never taken for these. */
async function embeddedMark(): Promise<string> {
  const { path, sets } = await readEmbeddedModel(resourcesFolder());
  const hash = createHash('sha256').update(await readFile(join(path, 'model.safetensors')));
  return hash.update(JSON.stringify(sets)).digest('hex').slice(0, 8);
}

async function findProject(client: WorkbenchClient, name: string): Promise<ProjectId | null> {
  return (await client.projects.list({})).find((project) => project.name === name)?.id ?? null;
}

async function readProject(
  client: WorkbenchClient,
  projectId: ProjectId,
): Promise<{ readonly base: Checkpoint | undefined; readonly sets: readonly QuestionSet[] }> {
  const models = await client.models.list({ projectId });
  return {
    base: models.find((model) => model.parentId === null),
    sets: await client.questions.list({ projectId }),
  };
}

function byName(sets: readonly QuestionSet[]): Bench['sets'] {
  const setOf = (name: SetName) => sets.find((set) => set.name === name) ?? null;
  return {
    train: setOf('train'),
    validation: setOf('validation'),
    test: setOf('test'),
    deep: setOf('deep'),
    big: setOf('big'),
  };
}

function byRole(sets: readonly QuestionSet[]): Bench['sets'] {
  const setOf = (role: QuestionSet['role']) => sets.find((set) => set.role === role) ?? null;
  return { train: setOf('train'), validation: setOf('validation'), test: setOf('test'), deep: null, big: null };
}
