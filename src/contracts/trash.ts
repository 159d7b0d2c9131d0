import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ProjectId } from './ids';

/** What a person can delete inside a project. */
export const TRASH_KINDS = ['run', 'checkpoint', 'questionSet', 'dataset'] as const;
export const TrashKind = z.enum(TRASH_KINDS);
export type TrashKind = z.infer<typeof TrashKind>;

/** A deleted thing that can still come back. */
export const TrashedThing = z.object({
  id: z.string(),
  kind: TrashKind,
  name: z.string(),
  removedAtMs: z.number(),
  /** Bytes of files that emptying the trash frees; 0 where it has none of its own. */
  sizeBytes: z.number(),
});
export type TrashedThing = z.infer<typeof TrashedThing>;

export const trashContract = {
  /** The newest first. */
  list: oc.input(z.object({ projectId: ProjectId })).output(z.array(TrashedThing)),
  /** Brings a thing back, with whatever it stands on that lies in the trash as well. @returns ids of what came back */
  restore: oc.input(z.object({ id: z.string() })).output(z.object({ ids: z.array(z.string()) })),
  /** Deletes everything in the trash of a project for good, with its files. */
  empty: oc
    .input(z.object({ projectId: ProjectId }))
    .output(z.object({ removed: z.number().int(), freedBytes: z.number() })),
};
