import { definePresets } from '../presets';
import type { ExportConfig } from './export-config';

/** Where an export begins: what fits a model of some size, and what each preset changes. */
export const EXPORT_PRESETS = definePresets<ExportConfig>({
  bySize: { tiny: {}, small: {}, large: {} },
  presets: { quick: {}, thorough: {}, paper: {} },
});
