import { z } from 'zod';
import { WorkbenchError } from '../../errors';
import type { Step } from '../../tokens/render';
import type { JudgedResponse } from './judged-steps';

/** What a row of a published file becomes; several where it holds alternatives. */
type ReadRow = (row: unknown, id: string) => JudgedResponse[] | null;

const MathShepherd = z.looseObject({ input: z.string(), label: z.string() });
const Prm800k = z.looseObject({
  question: z.looseObject({ problem: z.string() }),
  label: z.looseObject({
    steps: z.array(
      z.looseObject({
        completions: z.array(z.looseObject({ text: z.string(), rating: z.number().nullable() })).nullable(),
        human_completion: z.looseObject({ text: z.string() }).nullish(),
        chosen_completion: z.number().int().nullable(),
      }),
    ),
  }),
});
const PrmBench = z.looseObject({
  question: z.string(),
  modified_process: z.array(z.string()),
  error_steps: z.array(z.number().int()),
});

/** The mark that Math-Shepherd puts after each step of its inputs. */
const SHEPHERD_MARK = 'ки';

/** Formats of files with judged steps, by their fields; a new one is a row. */
const FORMATS: Readonly<Record<string, ReadRow>> = {
  /** Math-Shepherd: the same text twice, with a mark after each step, and with + or − in its place. */
  'Math-Shepherd'(row, id) {
    const parsed = MathShepherd.safeParse(row);
    if (!parsed.success || !parsed.data.input.includes(SHEPHERD_MARK)) return null;
    const pieces = parsed.data.input.split(SHEPHERD_MARK).slice(0, -1);
    // Label and input are alike but for the marks, so the label is walked along the pieces.
    const labels: number[] = [];
    let rest = parsed.data.label;
    for (const piece of pieces) {
      const sign = rest.slice(piece.length, piece.length + 1);
      if (!rest.startsWith(piece) || (sign !== '+' && sign !== '-')) return null;
      labels.push(sign === '+' ? 1 : 0);
      rest = rest.slice(piece.length + 1);
    }
    const [first = '', ...others] = pieces;
    const start = first.search(/Step 1\s*:/);
    if (start < 0) return null;
    const texts = [first.slice(start), ...others].map((text) => text.replace(/^\s*Step \d+\s*:\s*/, '').trim());
    return [judged(id, first.slice(0, start).trim(), texts, labels)];
  },

  /** PRM800K: ratings −1, 0, 1 of people; what was not chosen is an alternative that ends there. Neutral counts as not wrong, as its authors count it. */
  PRM800K(row, id) {
    const parsed = Prm800k.safeParse(row);
    if (!parsed.success) return null;
    const { problem } = parsed.data.question;
    const found: JudgedResponse[] = [];
    const texts: string[] = [];
    const labels: (number | null)[] = [];
    for (const { completions, chosen_completion: chosen, human_completion: human } of parsed.data.label.steps) {
      const rated = completions ?? [];
      rated.forEach(({ text, rating }, i) => {
        if (i === chosen || rating === null) return;
        const beside = judged(id, problem, [...texts, text], [...texts.map(() => null), Number(rating >= 0)]);
        found.push(beside);
      });
      const taken = chosen === null ? human : rated[chosen];
      if (!taken) break;
      texts.push(taken.text);
      const rating = chosen === null ? null : (rated[chosen]?.rating ?? null);
      labels.push(rating === null ? null : Number(rating >= 0));
    }
    return texts.length === 0 ? found : [judged(id, problem, texts, labels), ...found];
  },

  /** PRMBench: a solution with mistakes put in; `error_steps` count from 1. */
  PRMBench(row, id) {
    const parsed = PrmBench.safeParse(row);
    if (!parsed.success) return null;
    const { question, modified_process: texts, error_steps: wrong } = parsed.data;
    return [
      judged(
        id,
        question,
        texts,
        texts.map((_, k) => Number(!wrong.includes(k + 1))),
      ),
    ];
  },
};

export const STEP_FILE_FORMATS = Object.keys(FORMATS);

/**
 * Reads rows with judged steps: Math-Shepherd, PRM800K or PRMBench, told apart by their fields.
 * @param work name of the token that steps of work carry
 * @throws WorkbenchError `step-file` when a row is of none of them
 */
export function readStepRows(rows: Iterable<unknown>, where: string, work = 'next_step'): JudgedResponse[] {
  const found: JudgedResponse[] = [];
  let index = 0;
  for (const row of rows) {
    index += 1;
    const id = `${where}:${index}`;
    const read = STEP_FILE_FORMATS.map((name) => FORMATS[name]!(row, id)).find((each) => each !== null);
    if (!read)
      throw new WorkbenchError(
        'validation',
        `Row ${index} of ${where} holds no judged steps that the workbench can read.`,
        {
          code: 'step-file',
          where: `${where}, row ${index}`,
          wayOut: `Choose a JSONL file as ${STEP_FILE_FORMATS.join(', ')} publish it.`,
        },
      );
    found.push(...read);
  }
  return found
    .filter(({ labels }) => labels.some((label) => label !== null))
    .map((response) => ({ ...response, steps: response.steps.map(({ text }) => ({ token: work, text })) }));
}

/** Texts as steps of work, the last one as the answer; empty ones have no place in a response. */
function judged(
  questionId: string,
  prompt: string,
  texts: readonly string[],
  labels: readonly (number | null)[],
): JudgedResponse {
  const kept = texts.flatMap((text, k) =>
    text.trim() === '' ? [] : [{ text: text.trim(), label: labels[k] ?? null }],
  );
  const steps = kept.map(({ text }): Step => ({ token: 'next_step', text }));
  return {
    questionId,
    prompt,
    steps,
    labels: [null, ...kept.map(({ label }) => label)],
    weights: [0, ...kept.map(() => 1)],
  };
}
