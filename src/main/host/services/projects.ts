import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import type { Project, ProjectOverview } from '@contracts/projects';
import { WorkbenchError } from '@core/errors';
import { listCheckpoints, upsertCheckpoint, type StoredCheckpoint } from '../store/repositories/checkpoints';
import { listDatasets } from '../store/repositories/examples';
import { listEvaluations } from '../store/repositories/evaluations';
import {
  countProducts,
  findProject,
  insertProject,
  listProjects as listStored,
  renameProject as renameStored,
} from '../store/repositories/projects';
import { insertQuestionSet } from '../store/repositories/question-sets';
import { listTokenSets } from '../store/repositories/token-sets';
import { listRuns } from '../store/repositories/runs';
import { transaction, type ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';
import { readEmbeddedModel } from './embedded';
import { required } from './not-found';
import { deleteForGood, isTrashed, putIntoTrash } from './trash';
import { describeRoad, type RoadFacts } from './road';

export function listProjects({ db }: ServiceContext): Project[] {
  return listStored(db).filter(({ id }) => !isTrashed(db, id));
}

/**
 * Creates a project, on request with the embedded model and its questions in it.
 * @throws WorkbenchError `embedded-missing`, and the reasons of `inspectModel`; no project is left behind then
 */
export async function createProject(
  context: ServiceContext,
  input: { name: string; withEmbedded: boolean },
): Promise<Project> {
  const { db, bus } = context;
  const project: Project = {
    id: context.newId('project') as ProjectId,
    name: input.name,
    createdAtMs: context.nowMs(),
    isDemo: input.withEmbedded,
  };
  const fill = input.withEmbedded ? await prepareEmbedded(context, project) : () => undefined;
  transaction(db, () => {
    insertProject(db, project);
    fill();
  });
  for (const what of ['projects', 'checkpoints', 'questionSets'] as const) bus.publish({ type: 'changed', what });
  return project;
}

export function renameProject(context: ServiceContext, id: ProjectId, name: string): Project {
  required(renameStored(context.db, id, name) || null, 'This project');
  context.bus.publish({ type: 'changed', what: 'projects' });
  return required(findProject(context.db, id), 'This project');
}

/** Puts a project into the trash. @throws WorkbenchError `project-busy` */
export function removeProject(context: ServiceContext, id: ProjectId): { removed: boolean } {
  const { db } = context;
  if (!findProject(db, id) || isTrashed(db, id)) return { removed: false };
  requireIdle(context, id);
  putIntoTrash(context, id);
  return { removed: true };
}

/** Deletes a project with its files at once, whether it lies in the trash or not. @throws WorkbenchError `project-busy` */
export async function deleteProjectForGood(context: ServiceContext, id: ProjectId): Promise<{ removed: boolean }> {
  requireIdle(context, id);
  return deleteForGood(context, id);
}

function requireIdle({ db }: ServiceContext, id: ProjectId): void {
  const runs = listRuns(db, id);
  const busy = runs.find((run) => run.status === 'running' || run.status === 'pausing' || run.status === 'queued');
  if (!busy) return;
  throw new WorkbenchError('conflict', `The run "${busy.name}" of this project is under way.`, {
    code: 'project-busy',
    kept: 'The project and the run.',
    wayOut: 'Cancel the run first.',
    details: { run: busy.name },
  });
}

/** Where every stage of a project stands, and which one comes next. */
export function overviewProject({ db }: ServiceContext, id: ProjectId): ProjectOverview {
  const project = required(findProject(db, id), 'This project');
  const counts = countProducts(db, id);
  const checkpoints = listCheckpoints(db, id);
  const facts: RoadFacts = {
    runs: listRuns(db, id),
    checkpoints,
    datasets: listDatasets(db, id),
    evaluations: listEvaluations(db, id),
    counts,
  };
  const { road, nextStage } = describeRoad(facts);
  const newest = checkpoints.filter((checkpoint) => checkpoint.isFinal).at(-1) ?? checkpoints.at(-1);
  return {
    project,
    road,
    nextStage,
    counts,
    tokens: ownTokens(db, id, checkpoints),
    newestCheckpointId: newest?.id ?? null,
  };
}

/** Tokens of own sets by name: what a set of the project says, unless a model that was made with another version says it. */
function ownTokens(db: ReadableDb, id: ProjectId, checkpoints: readonly StoredCheckpoint[]): ProjectOverview['tokens'] {
  const sets = [
    ...listTokenSets(db, id).map(({ set }) => set),
    ...checkpoints.flatMap(({ tokenSet }) => (tokenSet ? [tokenSet] : [])),
  ];
  return [...new Map(sets.flatMap(({ tokens }) => tokens.map((token) => [token.name, token] as const))).values()];
}

/** Reads the embedded model first, so that a broken installation shows before anything is stored; the result stores it. */
async function prepareEmbedded(context: ServiceContext, project: Project): Promise<() => void> {
  const { db } = context;
  const embedded = await readEmbeddedModel(context.resourcesFolder);
  const facts = await context.models.inspect(embedded.path);
  return () => {
    upsertCheckpoint(db, {
      id: context.newId('checkpoint') as CheckpointId,
      projectId: project.id,
      name: embedded.name,
      origin: 'embedded',
      runId: null,
      parentId: null,
      step: null,
      isFinal: true,
      path: embedded.path,
      format: facts.format,
      adapterPath: null,
      architecture: facts.architecture,
      parameterCount: facts.parameterCount,
      vocabSize: facts.vocabSize,
      sizeBytes: facts.sizeBytes,
      hasFunctionalTokens: facts.hasFunctionalTokens,
      tokenSet: null,
      promptSet: embedded.promptSet,
      plainPrompts: [...embedded.plainPrompts],
      createdAtMs: project.createdAtMs,
    });
    for (const set of embedded.sets) {
      insertQuestionSet(
        db,
        {
          id: context.newId('questions') as QuestionSetId,
          projectId: project.id,
          name: set.name,
          role: set.role,
          count: set.rows.length,
          source: set.source,
          createdAtMs: project.createdAtMs,
        },
        set.rows,
      );
    }
  };
}
