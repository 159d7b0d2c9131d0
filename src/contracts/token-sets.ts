import { oc } from '@orpc/contract';
import { z } from 'zod';
import { TokenSetSchema } from '@core/tokens/token-set';
import { ProjectId, TokenSetId } from './ids';

/** A token set that a project keeps, in its newest version. */
export const StoredTokenSet = z.object({
  id: TokenSetId,
  projectId: ProjectId,
  /** Counts its savings from 1. */
  version: z.number().int(),
  set: TokenSetSchema,
  savedAtMs: z.number(),
});
export type StoredTokenSet = z.infer<typeof StoredTokenSet>;

export const TokenSetVersion = StoredTokenSet.pick({ version: true, set: true, savedAtMs: true });
export type TokenSetVersion = z.infer<typeof TokenSetVersion>;

export const tokenSetsContract = {
  /** Oldest first; the eight of the paper are not among them, every project has those. */
  list: oc.input(z.object({ projectId: ProjectId })).output(z.array(StoredTokenSet)),
  versions: oc.input(z.object({ id: TokenSetId })).output(z.array(TokenSetVersion)),
  /**
   * Saves a set as it is, also an unfinished one: what may not run yet is refused where it would run.
   * @throws WorkbenchError `token-set-changed` when another window has saved since `version`; `token-set-known` when its name is taken
   */
  save: oc
    .input(
      z.object({
        projectId: ProjectId,
        /** Null makes a new one. */
        known: z.object({ id: TokenSetId, version: z.number().int() }).nullable(),
        set: TokenSetSchema,
      }),
    )
    .output(StoredTokenSet),
  /** Takes it out of the list, or puts it back. Models that were made with it keep their tokens. */
  remove: oc.input(z.object({ id: TokenSetId, removed: z.boolean() })).output(z.object({ changed: z.boolean() })),
};
