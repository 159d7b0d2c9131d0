import { WorkbenchError } from '../errors';

/**
 * Checks that the model has every token of a text: onnxruntime would fail on another one in the middle of a batch, or read what is not there.
 * @param where what the ids are of, for the message
 * @throws WorkbenchError `token-unknown`
 */
export function checkTokenIds(ids: ArrayLike<number>, vocabSize: number, where: string): void {
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!;
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    throw new WorkbenchError(
      'validation',
      `Token ${id} at place ${at + 1} of ${where} is none of the model's ${vocabSize} tokens.`,
      {
        code: 'token-unknown',
        where: `${where}, token ${at + 1}`,
        wayOut:
          'Use the tokenizer that belongs to this model; a tokenizer with added tokens needs the model they were added to.',
        details: { id, at, vocabSize },
      },
    );
  }
}
