import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MODELS } from '@core/testing/fixtures';
import { inspectModel } from './inspect-model';

const SMOLLM2 = join(MODELS, 'smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf');

it.runIf(existsSync(SMOLLM2))('says of SmolLM2 what it is', async () => {
  expect(await inspectModel(SMOLLM2)).toMatchObject({
    architecture: 'llama',
    parameterCount: 134_515_008,
    vocabSize: 49_152,
    tokenizerSize: 49_152,
    spareRows: 0,
    hasChatTemplate: true,
    tieWordEmbeddings: true,
    storedDtypes: ['Q4_1', 'Q8_0', 'F32'],
  });
});
