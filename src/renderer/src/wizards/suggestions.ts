import { STAGE_PRESETS, type STAGE_CONFIGS } from '@contracts/jobs';
import type { Checkpoint } from '@contracts/models';
import { modelSizeOf, startingSettings, type PresetName, type StagePresets } from '@core/presets';

export type StageKind = keyof typeof STAGE_CONFIGS;
type Settings = Readonly<Record<string, unknown>>;

/** Stages where "how thorough" means something. */
export function hasPresets(kind: StageKind): boolean {
  return Object.values<object>(STAGE_PRESETS[kind].presets).some((preset) => Object.keys(preset).length > 0);
}

/** The settings that a stage begins with: those of the schema, then what fits the model, then the preset. A model brings its own prompt set. */
export function suggestSettings(
  kind: StageKind,
  defaults: Settings,
  checkpoint: Checkpoint | null,
  preset: PresetName,
): Record<string, unknown> {
  // Read by name here; each table was checked against the settings of its stage.
  const presets = STAGE_PRESETS[kind] as StagePresets<Settings>;
  const size = checkpoint && modelSizeOf(checkpoint.parameterCount);
  const byModel = checkpoint && 'promptSet' in defaults ? { promptSet: checkpoint.promptSet } : {};
  return startingSettings(presets, { ...defaults, ...byModel }, size, preset);
}

/** Settings in which a preset differs from the balanced one. */
export function countDifferences(
  kind: StageKind,
  defaults: Settings,
  checkpoint: Checkpoint | null,
  preset: PresetName,
): number {
  const [balanced, other] = (['balanced', preset] as const).map((name) =>
    suggestSettings(kind, defaults, checkpoint, name),
  );
  return Object.keys(defaults).filter((name) => balanced?.[name] !== other?.[name]).length;
}
