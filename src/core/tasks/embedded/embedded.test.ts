import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { loadTokenizer } from '../../tokenizer/load-tokenizer';
import { drawDocument, tokeniseDocument } from './corpus';
import { drawSkillCases, missedGates, scoreSkillCases } from './gates';
import { CorpusRows } from './packing';
import {
  answerOf,
  applyOperation,
  BIG_SIZE,
  DEEP_SIZE,
  drawProblem,
  FAMILY_SIZE,
  isTestSequence,
  renderQuestion,
  sequenceOf,
  splitOf,
  VALUE_MAX,
} from './problem';
import { drawQuestionSet } from './question-sets';
import { recompute, verifyText } from './solution';
import { configJson, tokenizerConfigJson, tokenizerJson } from './tokenizer-files';
import { encodeClosed, EOS, idOf, PAD, VOCABULARY, VOCABULARY_ROWS } from './vocabulary';
import { OPERATION_KINDS, type OperationKind } from './wordings';

const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe('problems', () => {
  it('keep every value an integer in 1..999, quotients exact', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(FAMILY_SIZE, DEEP_SIZE, BIG_SIZE), (seed, size) => {
        const problem = drawProblem(createRng(seed), size, 'any');
        let value = problem.start;
        for (const [i, operation] of problem.operations.entries()) {
          if (operation.kind === '/') expect(value % operation.operand).toBe(0);
          value = applyOperation(value, operation.kind, operation.operand);
          expect(value).toBe(problem.values[i + 1]);
          expect(value).toBeGreaterThanOrEqual(1);
          expect(value).toBeLessThanOrEqual(VALUE_MAX);
        }
        expect(answerOf(problem)).toBe(value);
      }),
    );
  });

  it('are told so that the story alone gives the answer back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = drawProblem(createRng(seed), FAMILY_SIZE, 'any');
        expect(solveStory(renderQuestion(problem))).toBe(answerOf(problem));
      }),
    );
  });

  it('are split by sequence for the test and by text for validation, about 1 in 5 sequences and 1 in 20 texts', () => {
    const rng = createRng('splits');
    const problems = Array.from({ length: 3000 }, () => drawProblem(rng, FAMILY_SIZE, 'any'));
    const long = [...new Set(problems.map(sequenceOf))].filter((sequence) => sequence.length >= 3);
    const testShare = long.filter(isTestSequence).length / long.length;
    expect(testShare).toBeGreaterThan(0.14);
    expect(testShare).toBeLessThan(0.26);
    const rest = problems.filter((problem) => splitOf(problem) !== 'test');
    const validationShare = rest.filter((problem) => splitOf(problem) === 'validation').length / rest.length;
    expect(validationShare).toBeGreaterThan(0.03);
    expect(validationShare).toBeLessThan(0.07);
  });
});

describe('recomputation', () => {
  const fits = (value: number, kind: OperationKind, operand: number) => {
    const result = applyOperation(value, kind, operand);
    return result >= 1 && result <= VALUE_MAX;
  };

  it('finds the right result, each piece a true equation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.constantFrom(...OPERATION_KINDS),
        fc.integer({ min: 2, max: 200 }),
        (value, kind, operand) => {
          fc.pre(fits(value, kind, operand));
          const work = recompute(value, kind, operand);
          expect(work.result).toBe(applyOperation(value, kind, operand));
          for (const piece of work.pieces) {
            const [, a, sign, b, result] = /^(\d+) (.) (\d+) = (\d+)$/.exec(piece) ?? [];
            // The pattern admits the four signs alone here; applyOperation would throw on another.
            expect(applyOperation(Number(a), sign as OperationKind, Number(b))).toBe(Number(result));
          }
        },
      ),
    );
  });

  it('writes pieces and verdict as the model learns them', () => {
    const operation = { kind: '+', operand: 66, phrase: 'collects 66 more' } as const;
    expect(verifyText(37, operation, 93, recompute(37, '+', 66))).toBe(
      '37 + 66 : 37 + 60 = 97 , 97 + 6 = 103 , have 93 , find 103 . That is wrong .',
    );
    expect(recompute(123, '*', 6).pieces).toEqual([
      '100 * 6 = 600',
      '20 * 6 = 120',
      '600 + 120 = 720',
      '3 * 6 = 18',
      '720 + 18 = 738',
    ]);
    expect(recompute(222, '/', 6).pieces).toEqual(['180 / 6 = 30', '42 / 6 = 7', '30 + 7 = 37']);
  });
});

describe('pretraining corpus', () => {
  const documents = Array.from({ length: 3000 }, (_, i) => drawDocument(createRng(`document/${i}`)));
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

  it('checks and fixes on request alone: never after a line with a cue, at most once, at the end', () => {
    for (const text of texts) {
      const lines = text.trimEnd().split('\n');
      const at = lines.findIndex((line) => line.startsWith('Check :'));
      if (at < 0) {
        expect(text).not.toContain('Fix :');
        continue;
      }
      expect(text).not.toMatch(/^(Next|Answer|Restate|Idea|Ask|Result) :/m);
      expect(lines.length - at).toBeLessThanOrEqual(2);
      if (lines.length - at === 2) expect(lines[at + 1]).toMatch(/^Fix :/);
    }
  });

  it('is right everywhere but in the results of steps that slipped, and those are no targets', () => {
    let slips = 0;
    for (const document of documents) {
      let text = '';
      for (const segment of document.segments) {
        const [, a, sign, b] = /(\d+) ([-+*/]) (\d+) = $/.exec(text) ?? [];
        text += segment.text;
        if (a === undefined) continue;
        // The pattern admits the four signs alone.
        const right = applyOperation(Number(a), sign as OperationKind, Number(b)) === Number(segment.text);
        if (right) continue;
        slips++;
        expect(segment.weight).toBe(0);
      }
      // Calculations inside one segment are those of checks, fixes and direct answers.
      for (const [, a, sign, b, result] of document.segments.flatMap((segment) => [
        ...segment.text.matchAll(/(\d+) ([-+*/]) (\d+) = (\d+)/g),
      ])) {
        expect(applyOperation(Number(a), sign as OperationKind, Number(b))).toBe(Number(result));
      }
    }
    expect(slips).toBeGreaterThan(300);
  });

  it('says right exactly when the two numbers agree, and both often', () => {
    const verdicts = texts.flatMap((text) => [...text.matchAll(/have (\d+) , find (\d+) \. That is (\w+)/g)]);
    for (const [, have, find, verdict] of verdicts) expect(verdict).toBe(have === find ? 'right' : 'wrong');
    const wrong = verdicts.filter((match) => match[3] === 'wrong').length / verdicts.length;
    expect(wrong).toBeGreaterThan(0.35);
    expect(wrong).toBeLessThan(0.55);
  });

  it('packs whole documents, the same ones for the same seed', () => {
    const [first, second] = [new CorpusRows(createRng('rows')), new CorpusRows(createRng('rows'))];
    for (let i = 0; i < 20; i++) {
      const row = first.next(256);
      expect(second.next(256)).toEqual(row);
      const used = row.ids.findLastIndex((id) => id !== idOf(PAD));
      expect(row.ids[used]).toBe(idOf(EOS));
      expect(row.weights.subarray(used + 1).every((weight) => weight === 0)).toBe(true);
    }
  });

  it('weighs the verdict word most and the question least', () => {
    const check = documents.find((document) => document.kind === 'check');
    const { ids, weights } = tokeniseDocument(check!);
    const at = ids.findLastIndex((id) => id === idOf('right') || id === idOf('wrong'));
    expect(weights[at]).toBe(4);
    expect(weights[0]).toBe(0.1);
  });
});

describe('tokenizer files', () => {
  const tokenizer = loadTokenizer({
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': tokenizerConfigJson(),
    'config.json': configJson(),
  });

  it('leave room for the sixteen functional tokens in the padded embedding', () => {
    expect(VOCABULARY.length + 16).toBeLessThanOrEqual(VOCABULARY_ROWS);
    expect(tokenizer.size).toBe(VOCABULARY.length);
    expect(tokenizer.eosIds).toEqual([idOf(EOS)]);
  });

  it('encode as the corpus does and give the text back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const text = drawDocument(createRng(seed))
          .segments.map((segment) => segment.text)
          .join('')
          .trim();
        const ids = encodeClosed(text);
        expect([...tokenizer.encode(text)]).toEqual(ids);
        const spaced = (value: string) =>
          value
            .replace(/([.?])/g, ' $1')
            .replace(/ *\n */g, '\n')
            .replace(/ +/g, ' ');
        expect(spaced(tokenizer.decode(ids))).toBe(spaced(text));
      }),
      { numRuns: 50 },
    );
  });

  it('put a question on its line by the chat template', () => {
    const ids = tokenizer.encodeChat([{ role: 'user', content: 'How many pens does Ida have now?' }], {
      addGenerationPrompt: true,
    });
    expect([...ids]).toEqual(encodeClosed('Question : How many pens does Ida have now?\n'));
  });
});

describe('gates', () => {
  const cases = drawSkillCases(createRng('cases'), 40);

  it('are all passed but the upper bound by right lines', () => {
    const figures = scoreSkillCases(
      cases,
      cases.map((skillCase) => skillCase.expected),
    );
    expect(figures).toEqual({
      parse: 1,
      quickStep: 1,
      check: 1,
      saysRightWhenRight: 1,
      saysWrongWhenWrong: 1,
      finish: 1,
    });
    expect(missedGates(figures)).toEqual(['quickStep 1.000 is above 0.85']);
  });

  it('see a verdict that is always right, and a step that copies the wrong operand', () => {
    const flattering = scoreSkillCases(
      cases,
      cases.map((skillCase) => skillCase.expected.replace('is wrong', 'is right')),
    );
    expect(flattering.saysWrongWhenWrong).toBe(0);
    expect(flattering.saysRightWhenRight).toBe(1);
    const miscopied = scoreSkillCases(
      cases,
      cases.map((skillCase) => skillCase.expected.replace(/\d+ =/, '1000 =')),
    );
    expect(miscopied.parse).toBe(0);
    expect(missedGates(miscopied)[0]).toContain('parse');
  });
});

describe('question sets', () => {
  it('hold distinct questions of their split with right answers', () => {
    for (const name of ['validation', 'test'] as const) {
      const questions = drawQuestionSet(createRng(name), name);
      expect(new Set(questions.map((question) => question.question)).size).toBe(questions.length);
      for (const { question, answer } of questions) {
        expect(solveStory(question)).toBe(Number(answer));
        expect(isTestSequence(sequenceOfStory(question))).toBe(name === 'test');
      }
    }
  });
});

/** Reads the changes out of a story without using the generator's own fields. */
function readStory(story: string): { start: number; changes: { kind: OperationKind; operand: number }[] } {
  const start = Number(/has (\d+)/.exec(story)?.[1]);
  const changes = story
    .split('. ')
    .slice(1, -1)
    .map((sentence) => {
      const operand = /halves|doubles/.test(sentence)
        ? 2
        : sentence.includes('triples')
          ? 3
          : Number(/\d+/.exec(sentence)?.[0]);
      const kind = SIGN_OF_WORD.find(([word]) => sentence.includes(word))?.[1];
      if (!kind) throw new Error(`No operation in "${sentence}"`);
      return { kind, operand };
    });
  return { start, changes };
}

const SIGN_OF_WORD: readonly (readonly [string, OperationKind])[] = [
  ['more', '+'],
  ['away', '-'],
  ['loses', '-'],
  ['sells', '-'],
  ['times', '*'],
  ['copies', '*'],
  ['doubles', '*'],
  ['triples', '*'],
  ['parts', '/'],
  ['piles', '/'],
  ['halves', '/'],
];

function solveStory(story: string): number {
  const { start, changes } = readStory(story);
  return changes.reduce((value, change) => applyOperation(value, change.kind, change.operand), start);
}

function sequenceOfStory(story: string): string {
  return readStory(story)
    .changes.map((change) => change.kind)
    .join('');
}
