import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectId, QuestionSetId } from '@contracts/ids';
import type { QuestionRow, QuestionSet, QuestionSetRole } from '@contracts/questions';
import type { WorkbenchClient } from './walk-road';

export interface SplitSets {
  readonly train: QuestionSetId;
  readonly validation: QuestionSetId;
  readonly test: QuestionSetId;
  /** Questions to search and explore. */
  readonly trainCount: number;
  readonly testCount: number;
  /** False when there were too few to hold any out: figures then are of questions that were trained on. */
  readonly isHeldOut: boolean;
}

/** With fewer questions than this, holding some out leaves nothing to learn from. */
const HOLD_OUT_FROM = 10;
const PAGE_ROWS = 500;
/** Rows read of a very large file; more than any plan asks for. */
const MAX_ROWS = 5000;

/**
 * Splits a set of the person's into training, validation and test questions: of every ten in order, seven, one and two. Nothing that is trained
 * on is tested on, wherever there are enough questions for that.
 */
export async function splitQuestions(
  client: WorkbenchClient,
  projectId: ProjectId,
  set: QuestionSet,
): Promise<SplitSets> {
  if (set.count < HOLD_OUT_FROM)
    return {
      train: set.id,
      validation: set.id,
      test: set.id,
      trainCount: set.count,
      testCount: set.count,
      isHeldOut: false,
    };
  const parts: Record<QuestionSetRole, QuestionRow[]> = { train: [], validation: [], test: [] };
  for (let offset = 0; offset < Math.min(set.count, MAX_ROWS); offset += PAGE_ROWS) {
    const { rows } = await client.questions.rows({ id: set.id, offset, limit: PAGE_ROWS });
    rows.forEach((row, i) => parts[PLACES[(offset + i) % PLACES.length]!].push(row));
  }
  const folder = mkdtempSync(join(tmpdir(), 'questions-'));
  try {
    const store = async (role: QuestionSetRole): Promise<QuestionSetId> => {
      const path = join(folder, `${role}.jsonl`);
      writeFileSync(path, parts[role].map((row) => JSON.stringify(row)).join('\n'));
      const mapping = { id: 'id', prompt: 'prompt', answer: 'referenceAnswer' };
      const { set: made } = await client.questions.import({
        projectId,
        path,
        mapping,
        name: `${set.name}, ${role}`,
        role,
        dryRun: false,
      });
      return made?.id ?? set.id;
    };
    const sets = { train: await store('train'), validation: await store('validation'), test: await store('test') };
    await client.questions.remove({ id: set.id });
    return { ...sets, trainCount: parts.train.length, testCount: parts.test.length, isHeldOut: true };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PLACES: readonly QuestionSetRole[] = [
  'train',
  'train',
  'train',
  'train',
  'train',
  'train',
  'train',
  'validation',
  'test',
  'test',
];
