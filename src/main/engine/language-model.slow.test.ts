import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, MODELS, hasFixtures } from '@core/testing/fixtures';
import { openLanguageModel } from './language-model';
import { OrtExecutor } from './ort-executor';

interface ExpectedRow {
  readonly ids: number[];
  readonly new_ids: number[];
  readonly new_text: string;
}

describe.skipIf(!hasFixtures)('openLanguageModel on a real model of 135 million parameters', () => {
  it('continues four prompts greedily as the reference does, all in one batch', async () => {
    const model = await openLanguageModel(join(MODELS, 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf'), {
      executor: new OrtExecutor(),
    });
    const expected: { max_new_tokens: number; stop_ids: number[]; rows: ExpectedRow[] } = JSON.parse(
      readFileSync(join(FIXTURES, 'smollm2', 'expected', 'greedy.json'), 'utf8'),
    );
    const generator = model.createGenerator({ maxContext: 512 });
    const results = await Promise.all(
      expected.rows.map(({ ids }) =>
        generator.generate({
          prefixIds: ids,
          maxNewTokens: expected.max_new_tokens,
          temperature: 0,
          stopIds: expected.stop_ids,
        }),
      ),
    );
    expect(results.map(({ ids }) => [...ids])).toEqual(expected.rows.map(({ new_ids }) => new_ids));
    expect(results.map(({ ids }) => model.tokenizer.decode(ids, { skipSpecials: true }))).toEqual(
      expected.rows.map(({ new_text }) => new_text),
    );
    // Two begin with the system turn of 21 tokens, computed once.
    expect(generator.stats.reusedTokens).toBeGreaterThanOrEqual(21);
    await generator.dispose();
  });
});
