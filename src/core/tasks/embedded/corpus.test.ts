import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { drawDocument, tokeniseDocument } from './corpus';
import { CorpusRows } from './packing';
import { applyOperation, isTestSequence } from './problem';
import { PRETRAINING } from './pretraining';
import { drawQuestionSet } from './question-sets';
import { sequenceOfStory } from './testing/read-story';
import { EOS, idOf, PAD } from './vocabulary';
import type { OperationKind } from './wordings';

describe.each(PRETRAINING)('pretraining corpus of the phase "$name"', ({ corpus }) => {
  const documents = Array.from({ length: 1500 }, (_, i) => drawDocument(createRng(`document/${i}`), corpus));
  const texts = documents.map((document) => document.segments.map((segment) => segment.text).join(''));

  it('holds no functional token and no question of validation, test, deep or big', () => {
    const heldOut = new Set(
      (['validation', 'test', 'deep', 'big'] as const).flatMap((name) =>
        drawQuestionSet(createRng(`held-out/${name}`), name).map((question) => question.question),
      ),
    );
    for (const text of texts) {
      expect(text).not.toMatch(/[<>]/);
      const question = /^Question : (.*)$/m.exec(text)?.[1];
      if (question === undefined) continue;
      expect(heldOut.has(question)).toBe(false);
      expect(isTestSequence(sequenceOfStory(question))).toBe(false);
    }
  });

  it('fixes right after a check that says wrong, and there always', () => {
    for (const text of texts) {
      const lines = text.trimEnd().split('\n');
      lines.forEach((line, i) => {
        const isAnsweredByFix = lines[i + 1]?.startsWith('Fix :') ?? false;
        expect(isAnsweredByFix).toBe(
          line.startsWith('Check : ') && line.endsWith('wrong .') && text.length > line.length + 1,
        );
      });
    }
  });

  it.runIf(corpus.requestWeight === 0)('never has the request for a check as a target', () => {
    let requests = 0;
    for (const document of documents) {
      const { ids, weights } = tokeniseDocument(document);
      ids.forEach((id, at) => {
        if (id !== idOf('Check')) return;
        requests++;
        expect(weights[at]).toBe(0);
      });
    }
    expect(requests).toBeGreaterThan(500);
  });

  it.runIf(corpus.requestWeight > 0)('checks at most once in a document, never beside a line with a cue', () => {
    for (const text of texts) {
      const lines = text.trimEnd().split('\n');
      const checks = lines.filter((line) => line.startsWith('Check :')).length;
      expect(checks).toBeLessThanOrEqual(1);
      if (checks === 0) {
        expect(text).not.toContain('Fix :');
        continue;
      }
      expect(text).not.toMatch(/^(Next|Answer|Restate|Idea|Ask|Result) :/m);
      const at = lines.findIndex((line) => line.startsWith('Check :'));
      const fixAt = lines.findIndex((line) => line.startsWith('Fix :'));
      expect(fixAt === -1 || fixAt === at + 1).toBe(true);
      if (!corpus.goesOnAfterCheck) expect(lines.length).toBeLessThanOrEqual(at + 2);
    }
  });

  it('is right everywhere but in the results of steps that slipped, and those are no targets', () => {
    let slips = 0;
    for (const document of documents) {
      let text = '';
      for (const segment of document.segments) {
        const [, a, sign, b] = /(?<![-+*] |\d)(\d+) ([-+*/]) (\d+) = $/.exec(text) ?? [];
        text += segment.text;
        if (a === undefined) continue;
        // The pattern admits the four signs alone.
        const right = applyOperation(Number(a), sign as OperationKind, Number(b)) === Number.parseInt(segment.text, 10);
        if (right) continue;
        slips++;
        expect(segment.weight).toBe(0);
      }
      // Calculations inside one segment are those of checks, fixes and direct answers.
      for (const [, a, sign, b, result] of document.segments.flatMap((segment) => [
        ...segment.text.matchAll(/(?<![-+*] |\d)(\d+) ([-+*/]) (\d+) = (\d+)/g),
      ])) {
        expect(applyOperation(Number(a), sign as OperationKind, Number(b))).toBe(Number(result));
      }
    }
    expect(slips).toBeGreaterThan(150);
  });

  it('says right exactly when the two numbers agree, and both often', () => {
    const verdicts = texts.flatMap((text) => [...text.matchAll(/have (\d+) , find (\d+) \. That is (\w+)/g)]);
    for (const [, have, find, verdict] of verdicts) expect(verdict).toBe(have === find ? 'right' : 'wrong');
    const wrong = verdicts.filter((match) => match[3] === 'wrong').length / verdicts.length;
    expect(wrong).toBeGreaterThan(0.3);
    expect(wrong).toBeLessThan(0.65);
  });

  it('packs whole documents, the same ones for the same seed', () => {
    const [first, second] = [new CorpusRows(createRng('rows'), corpus), new CorpusRows(createRng('rows'), corpus)];
    for (let i = 0; i < 20; i++) {
      const row = first.next(256);
      expect(second.next(256)).toEqual(row);
      const used = row.ids.findLastIndex((id) => id !== idOf(PAD));
      expect(row.ids[used]).toBe(idOf(EOS));
      expect(row.weights.subarray(used + 1).every((weight) => weight === 0)).toBe(true);
    }
  });

  it('weighs the verdict word most and the question least', () => {
    const check = documents.find((_document, i) => /^Question[^]*That is/.test(texts[i]!));
    const { ids, weights } = tokeniseDocument(check!);
    const at = ids.findLastIndex((id) => id === idOf('right') || id === idOf('wrong'));
    expect(weights[at]).toBe(4);
    expect(weights[0]).toBe(0.1);
  });
});
