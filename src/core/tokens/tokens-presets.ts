import { definePresets } from '../presets';
import type { TokensConfig } from './tokens-config';

/** Where adding tokens begins: what fits a model of some size, and what each preset changes. */
export const TOKENS_PRESETS = definePresets<TokensConfig>({
  bySize: { tiny: { initialisation: 'cue' }, small: {}, large: {} },
  presets: { quick: {}, thorough: {}, paper: {} },
});
