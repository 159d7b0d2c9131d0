/** How thorough a run is asked to be. `balanced` is what fits the model, as it is; a preset without a row of a stage changes nothing there. */
export const PRESET_NAMES = ['quick', 'balanced', 'thorough', 'paper'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Models by their number of weights: the settings were chosen at 2 M, 135 M, and 1 B and more. */
export const MODEL_SIZES = ['tiny', 'small', 'large'] as const;
export type ModelSize = (typeof MODEL_SIZES)[number];

const TINY_BELOW = 20e6;
const SMALL_BELOW = 700e6;

export function modelSizeOf(parameterCount: number): ModelSize {
  if (parameterCount < TINY_BELOW) return 'tiny';
  return parameterCount < SMALL_BELOW ? 'small' : 'large';
}

/** Where the settings of a stage begin. Both parts name only what differs from the defaults of the schema. */
export interface StagePresets<Settings> {
  /** What fits a model of some size on an ordinary machine: tiny ones learn fast, large ones must be spared. */
  readonly bySize: Readonly<Record<ModelSize, Partial<Settings>>>;
  /** What a preset changes on top of that. */
  readonly presets: Readonly<Partial<Record<Exclude<PresetName, 'balanced'>, Partial<Settings>>>>;
}

/** Checks a stage's presets against its settings at compile time. */
export function definePresets<Settings>(presets: StagePresets<Settings>): StagePresets<Settings> {
  return presets;
}

/**
 * The settings that a stage begins with: the defaults, then what fits the model, then the preset.
 * @param size null where no model is chosen yet
 */
export function startingSettings<Settings extends object>(
  { bySize, presets }: StagePresets<Settings>,
  defaults: Settings,
  size: ModelSize | null,
  preset: PresetName,
): Settings {
  return { ...defaults, ...(size === null ? {} : bySize[size]), ...(preset === 'balanced' ? {} : presets[preset]) };
}
