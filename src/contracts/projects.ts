import { oc } from '@orpc/contract';
import { z } from 'zod';
import { FunctionalTokenSchema } from '@core/tokens/token-set';
import { Proportion } from './evaluations';
import { CheckpointId, ProjectId, RunId } from './ids';
import { JobKind } from './stages';

export const Project = z.object({ id: ProjectId, name: z.string(), createdAtMs: z.number(), isDemo: z.boolean() });
export type Project = z.infer<typeof Project>;

/** Where a stage of the road stands. */
export const StageState = z.object({
  kind: JobKind,
  state: z.enum(['not-yet', 'ready', 'running', 'done']),
  /** "612 examples", "41 % ± 3", "about 4 minutes left"; empty when there is nothing to say. */
  figure: z.string(),
  /** Why it cannot start, when not-yet: "Import a model first." */
  reason: z.string(),
  newestRunId: RunId.nullable(),
});
export type StageState = z.infer<typeof StageState>;

export const ProjectOverview = z.object({
  project: Project,
  road: z.array(StageState),
  /** The stage that glows; null when everything is done. */
  nextStage: JobKind.nullable(),
  counts: z.object({
    checkpoints: z.number().int(),
    questionSets: z.number().int(),
    questions: z.number().int(),
    trees: z.number().int(),
    examples: z.number().int(),
    evaluations: z.number().int(),
  }),
  /** Functional tokens beyond the eight that the project's models and token sets have; of one name the newest. */
  tokens: z.array(FunctionalTokenSchema),
  /** The checkpoint that the next stage would start from. */
  newestCheckpointId: CheckpointId.nullable(),
});
export type ProjectOverview = z.infer<typeof ProjectOverview>;

/** How the project that ships with the program was made, and what came out. */
export const DemoFacts = z.object({
  seed: z.number().int(),
  /** Every stage as small as it can be: shows the pages, says nothing about accuracy. */
  isQuick: z.boolean(),
  /** What makes it again. */
  command: z.string(),
  madeAtMs: z.number(),
  programVersion: z.string(),
  /** Processor cores that it ran on, and the minutes that its runs took in all. */
  cores: z.number().int(),
  minutes: z.number(),
  trees: z.number().int(),
  examples: z.number().int(),
  /** Right answers on the same unseen questions, as the runs stored in the project measured them. */
  accuracy: z.object({ before: Proportion, afterSft: Proportion, afterRl: Proportion }),
  /** Weights are shipped rounded to this format; the same questions, answered by the rounded checkpoints. */
  shipped: z.object({ dtype: z.string(), afterSft: Proportion, afterRl: Proportion }),
});
export type DemoFacts = z.infer<typeof DemoFacts>;

export const DemoProject = z.object({
  /** False where this copy of the program came without it. */
  isAvailable: z.boolean(),
  /** The project, once it has been opened here. */
  openId: ProjectId.nullable(),
  /** The project's id, open or not. */
  projectId: ProjectId.nullable(),
  sizeBytes: z.number(),
  about: DemoFacts.nullable(),
});
export type DemoProject = z.infer<typeof DemoProject>;

/** A deleted project that can still come back. */
export const TrashedProject = z.object({ project: Project, removedAtMs: z.number(), goneAtMs: z.number() });
export type TrashedProject = z.infer<typeof TrashedProject>;

export const projectsContract = {
  list: oc.input(z.object({})).output(z.array(Project)),
  create: oc
    .input(
      z.object({
        name: z.string().trim().min(1).max(120),
        /** Put the embedded model and its questions in, so that the road can be walked at once. */
        withEmbedded: z.boolean(),
      }),
    )
    .output(Project),
  /** The finished project that ships with the program. */
  demo: oc.input(z.object({})).output(DemoProject),
  /** Unpacks it into the data folder, or finds it there. @throws WorkbenchError `project-archive`, `disk-full` */
  openDemo: oc.input(z.object({})).output(Project),
  rename: oc.input(z.object({ id: ProjectId, name: z.string().trim().min(1).max(120) })).output(Project),
  /** Puts a project into the trash, where it stays for a week. @throws WorkbenchError `project-busy` while a run of it is under way */
  remove: oc.input(z.object({ id: ProjectId })).output(z.object({ removed: z.boolean() })),
  trash: oc.input(z.object({})).output(z.array(TrashedProject)),
  restore: oc.input(z.object({ id: ProjectId })).output(Project),
  /** Deletes a project with its files, now. */
  deleteForGood: oc.input(z.object({ id: ProjectId })).output(z.object({ removed: z.boolean() })),
  overview: oc.input(z.object({ id: ProjectId })).output(ProjectOverview),
};
