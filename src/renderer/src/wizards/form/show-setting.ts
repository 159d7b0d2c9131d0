import { choiceName } from '../choices';
import { texts } from '../texts/en';
import { showNumber } from './numbers';

/** The value of a setting in words: a choice by its name, a switch as on or off, an empty number as "all". */
export function showSetting(value: unknown): string {
  if (value === null || value === '') return texts.optional;
  if (typeof value === 'boolean') return value ? texts.on : texts.off;
  if (typeof value === 'number') return showNumber(value);
  return choiceName(String(value));
}
