import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { TokensPlan } from '@contracts/previews';
import { WorkbenchError } from '@core/errors';
import { planSurgery, startingTextBy } from '@core/tokens/surgery';
import type { TokensConfig } from '@core/tokens/tokens-config';
import { loadPromptSet } from '../../engine/runners/prompt-folder';
import { checkJob } from './check-job';
import type { ServiceContext } from './context';
import { requirePresent } from './models';
import { promptRootOf } from './prompt-sets';

/**
 * How the functional tokens will enter a vocabulary: the plan that the run makes, without reading a weight.
 * @throws WorkbenchError as the start of the run would, and where the model's files cannot be read
 */
export async function previewTokens(
  context: ServiceContext,
  { projectId, checkpointId, config }: { projectId: ProjectId; checkpointId: CheckpointId; config: TokensConfig },
): Promise<TokensPlan> {
  checkJob(context, projectId, { kind: 'tokens', checkpointId, config });
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
  const cues =
    config.initialisation === 'cue'
      ? loadPromptSet(promptRootOf(context, config.promptSet) ?? context.promptsFolder, config.promptSet).manifest.cues
      : {};
  const plan = planSurgery({ tokenizer, config: model }, startingTextBy(config.initialisation, cues), {
    padToMultiple: config.padToMultiple,
  });
  return {
    rows: plan.rows.map(({ surface, id, sourceIds }) => ({
      surface,
      id,
      pieces: sourceIds && sourceIds.map((piece) => tokenizer.decode([piece]) || (tokenizer.surfaceOf(piece) ?? '')),
    })),
    oldTokens: plan.oldTokens,
    oldRows: plan.oldRows,
    newRows: plan.config.vocabSize,
    spareRowsUsed: plan.rows.filter(({ id }) => id < plan.oldRows).length,
    isTied: plan.config.tieWordEmbeddings,
  };
}
