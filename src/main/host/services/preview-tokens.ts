import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { TokensPlan, VocabularyClashes } from '@contracts/previews';
import { WorkbenchError } from '@core/errors';
import { vocabularyView } from '@core/tokens/check-token-set';
import { needsCues, planSurgery, rowSources, type SurgeryPlan } from '@core/tokens/surgery';
import { compileTokenSet, RFTT_TOKENS, type TokenSetData } from '@core/tokens/token-set';
import type { TokensConfig } from '@core/tokens/tokens-config';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { loadPromptSet } from '../../engine/runners/prompt-folder';
import { checkJob } from './check-job';
import type { ServiceContext } from './context';
import { requirePresent } from './models';
import { promptRootOf } from './prompt-sets';

export interface TokensWish {
  readonly projectId: ProjectId;
  readonly checkpointId: CheckpointId;
  readonly tokenSet: TokenSetData | null;
  readonly config: TokensConfig;
}

/**
 * How the functional tokens will enter a vocabulary: the plan that the run makes, without reading a weight.
 * @throws WorkbenchError as the start of the run would, and where the model's files cannot be read
 */
export async function previewTokens(context: ServiceContext, wish: TokensWish): Promise<TokensPlan> {
  const { plan, tokenizer } = await planTokens(context, wish);
  return {
    rows: plan.rows.map(({ surface, id, sourceIds, isNoise }) => ({
      surface,
      id,
      isNoise,
      pieces: sourceIds && sourceIds.map((piece) => showToken(tokenizer, piece)),
    })),
    oldTokens: plan.oldTokens,
    oldRows: plan.oldRows,
    newRows: plan.config.vocabSize,
    spareRowsUsed: plan.rows.filter(({ id }) => id < plan.oldRows).length,
    isTied: plan.config.tieWordEmbeddings,
  };
}

/** The plan of a run, and the vocabulary that it starts from. @throws as `previewTokens` */
export async function planTokens(
  context: ServiceContext,
  { projectId, checkpointId, tokenSet, config }: TokensWish,
): Promise<{ readonly plan: SurgeryPlan; readonly tokenizer: Tokenizer; readonly path: string }> {
  checkJob(context, projectId, { kind: 'tokens', checkpointId, tokenSet, config });
  const { path, name } = requirePresent(context, checkpointId);
  const tokenizer = await context.models.tokenizer(path);
  const model = await context.models.config(path);
  if (!model) {
    throw new WorkbenchError('precondition', `The configuration of "${name}" cannot be read.`, {
      code: 'model-unreadable',
      where: path,
      kept: 'Your settings.',
      wayOut: 'Import the model again, or choose another one.',
      details: { name },
    });
  }
  const set = tokenSet === null ? RFTT_TOKENS : compileTokenSet(tokenSet);
  const cues = needsCues(config.initialisation, set)
    ? loadPromptSet(promptRootOf(context, config.promptSet) ?? context.promptsFolder, config.promptSet).manifest.cues
    : {};
  const plan = planSurgery({ tokenizer, config: model }, rowSources(config.initialisation, cues, set), {
    set,
    padToMultiple: config.padToMultiple,
  });
  return { plan, tokenizer, path };
}

/** Which texts of a token set a vocabulary speaks against. */
export async function findClashes(
  context: ServiceContext,
  { checkpointId, tags, copies }: { checkpointId: CheckpointId; tags: readonly string[]; copies: readonly string[] },
): Promise<VocabularyClashes> {
  const view = vocabularyView(await context.models.tokenizer(requirePresent(context, checkpointId).path));
  return {
    taken: tags.filter((tag) => tag !== '' && view.isTaken(tag)),
    notOneToken: copies.filter((text) => view.countPieces(text) !== 1),
  };
}

/** A token as a person reads it: the text that it makes, or its own surface where that is nothing. */
export function showToken(tokenizer: Tokenizer, id: number): string {
  return tokenizer.decode([id]) || (tokenizer.surfaceOf(id) ?? '');
}
