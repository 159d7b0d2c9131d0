import type { SftConfig } from '../train/sft-config';
import type { RlConfig } from '../train/rl/rl-config';

/** What a recipe's scripts read; every path is relative to the recipe's folder. */
export interface Recipe {
  readonly model: string;
  readonly sft: RecipeSft | null;
  readonly grpo: RecipeGrpo | null;
}

type RecipeSft = Pick<
  SftConfig,
  'learningRate' | 'epochs' | 'batchSize' | 'maxTokens' | 'weightDecay' | 'warmupUpdates' | 'seed'
> & { readonly data: string };

type RecipeGrpo = Pick<
  RlConfig,
  | 'learningRate'
  | 'maxNewTokens'
  | 'temperature'
  | 'klCoefficient'
  | 'clipLow'
  | 'clipHigh'
  | 'pathsPerQuestion'
  | 'seed'
> & { readonly data: string; readonly questionsPerStep: number };

export interface RecipeParts {
  readonly model: string;
  /** Settings of the workbench's own stages, and the file each trains on; null where no data was chosen for it. */
  readonly sft: { readonly config: SftConfig; readonly data: string } | null;
  readonly rl: { readonly config: RlConfig; readonly data: string } | null;
}

/** The settings of the workbench in the words of other programs' trainers, as far as these have them. */
export function makeRecipe({ model, sft, rl }: RecipeParts): Recipe {
  return {
    model,
    sft: sft && {
      data: sft.data,
      learningRate: sft.config.learningRate,
      epochs: sft.config.epochs,
      batchSize: sft.config.batchSize,
      maxTokens: sft.config.maxTokens,
      weightDecay: sft.config.weightDecay,
      warmupUpdates: sft.config.warmupUpdates,
      seed: sft.config.seed,
    },
    grpo: rl && {
      data: rl.data,
      learningRate: rl.config.learningRate,
      maxNewTokens: rl.config.maxNewTokens,
      temperature: rl.config.temperature,
      klCoefficient: rl.config.klCoefficient,
      clipLow: rl.config.clipLow,
      clipHigh: rl.config.clipHigh,
      // A group of one has no mean to compare with.
      pathsPerQuestion: Math.max(2, rl.config.pathsPerQuestion),
      questionsPerStep: rl.config.questionsPerIteration,
      seed: rl.config.seed,
    },
  };
}

/** The estimator of OpenRLHF that is nearest to an algorithm of ours. */
export const OPENRLHF_ESTIMATORS: Readonly<Record<RlConfig['algorithm'], string>> = {
  'reinforce-plus-plus': 'reinforce',
  // Clipping without a critic is what theirs does under this name.
  ppo: 'reinforce',
  'reinforce-baseline': 'reinforce_baseline',
  grpo: 'group_norm',
  'dr-grpo': 'dr_grpo',
  rloo: 'rloo',
};

/** Fills `{{name}}` in a text; a place without a value is a mistake of ours. @throws RangeError */
export function fillPlaces(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`The recipe has no value for "${name}".`);
    return String(value);
  });
}
