import { expect, test } from 'vitest';
import { z } from 'zod';
import { ExamplesConfigSchema } from './dataset/examples-config';
import { EvaluateConfigSchema } from './eval/evaluate-config';
import { ExportConfigSchema } from './export/export-config';
import { SearchConfigSchema } from './search/search-config';
import { TokensConfigSchema } from './tokens/tokens-config';
import { RlConfigSchema } from './train/rl/rl-config';
import { SftConfigSchema } from './train/sft-config';

const SCHEMAS = {
  tokens: TokensConfigSchema,
  search: SearchConfigSchema,
  examples: ExamplesConfigSchema,
  sft: SftConfigSchema,
  rl: RlConfigSchema,
  evaluate: EvaluateConfigSchema,
  export: ExportConfigSchema,
};

test.each(Object.entries(SCHEMAS))('%s: every field has a default, a label and a help sentence', (_name, schema) => {
  const defaults = schema.parse({});
  expect(schema.parse(defaults)).toEqual(defaults);
  for (const [name, part] of Object.entries(schema.shape)) {
    const meta = (part as z.ZodType).meta();
    expect(meta?.['label'], name).toBeTypeOf('string');
    expect(String(meta?.['help']).endsWith('.'), name).toBe(true);
  }
});

test.each(Object.entries(SCHEMAS))('%s: wrong values are refused with the name of the field', (_name, schema) => {
  const [first] = Object.keys(schema.shape);
  const result = schema.safeParse({ [first!]: { wrong: true } });
  expect(result.success).toBe(false);
  expect(result.error!.issues[0]!.path).toEqual([first]);
});
