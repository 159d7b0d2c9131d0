import { describe, expect, it } from 'vitest';
import { CheckpointId } from '@contracts/ids';
import { PlaygroundQuestion } from '@contracts/playground';
import { FIRST_DRAFT, readDraft, readNumber } from './settings';

describe('the settings of the playground', () => {
  it('read numbers as people write them and refuse what makes no sense', () => {
    expect(readNumber('temperature', ' 0,7 ')).toBe(0.7);
    for (const typed of ['', 'warm', '-1', '2.1', 'NaN']) expect(readNumber('temperature', typed)).toBeNull();
    expect(readNumber('maxNewTokens', '12.5')).toBeNull();
  });

  it('make a question that the contract takes, or none', () => {
    const id = CheckpointId.parse('c');
    expect(readDraft(FIRST_DRAFT, id)).toBeNull();
    const input = readDraft({ ...FIRST_DRAFT, prompt: ' 1 + 1? ', referenceAnswer: ' ' }, id);
    expect(input?.question).toMatchObject({ prompt: '1 + 1?', referenceAnswer: null });
    expect(PlaygroundQuestion.parse(input?.question)).toMatchObject(input?.question ?? {});
    expect(readDraft({ ...FIRST_DRAFT, prompt: 'x', seed: 'one' }, id)).toBeNull();
  });
});
