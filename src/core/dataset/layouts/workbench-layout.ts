import { z } from 'zod';
import { renderSteps } from '../../tokens/render';
import { RFTT_TOKENS } from '../../tokens/token-set';
import { ERROR_CLASSES } from '../error-classes';
import { EXAMPLE_KINDS, STEP_ROLES } from '../example';
import { listOf, recordOf, type ExampleLayout, type ReadCell } from './layout';
import { REVIEW_VERDICTS } from './portable-example';

const Step = z.object({
  token: z.string().max(40),
  text: z.string(),
  isTrained: z.boolean(),
  role: z.enum(STEP_ROLES),
  nodeIndex: z.number().int().nullable(),
});

const id = z.string().nullish();

/** A row of our own layout. What a reader of another program left out is found anew. */
const Row = z.object({
  key: z.string().min(1).optional(),
  questionId: z.string().optional(),
  prompt: z.string().min(1),
  referenceAnswer: z.string().default(''),
  kind: z.enum(EXAMPLE_KINDS).optional(),
  steps: z.array(Step).min(1),
  nodePath: z.array(z.number().int()).default([]),
  problems: z.array(z.string()).optional(),
  tokenCount: z.number().int().min(0).default(0),
  verdict: z.enum(REVIEW_VERDICTS).default('todo'),
  isEdited: z.boolean().default(false),
  note: z.string().max(4000).default(''),
  errorClasses: z.array(z.enum(ERROR_CLASSES)).optional(),
  tags: z.array(z.string().trim().min(1).max(40)).default([]),
  stepMarks: z
    .array(z.object({ verdict: z.enum(['right', 'wrong']).nullable(), note: z.string().max(1000) }))
    .default([]),
  lineage: z
    .object({ datasetId: id, treeId: id, searchRunId: id, checkpointId: id, questionSetId: id })
    .partial()
    .default({}),
});

/** Fields that a file may keep as JSON text. */
const LISTS = ['steps', 'nodePath', 'problems', 'errorClasses', 'tags', 'stepMarks'] as const;
const PLAIN = ['key', 'questionId', 'prompt', 'referenceAnswer', 'kind', 'verdict', 'isEdited', 'note'] as const;

/** Everything that the workbench knows of an example: what comes in again is what went out. */
export const workbenchLayout: ExampleLayout = {
  columns: [
    { name: 'key', type: 'string' },
    { name: 'questionId', type: 'string' },
    { name: 'prompt', type: 'string' },
    { name: 'referenceAnswer', type: 'string' },
    { name: 'kind', type: 'string' },
    // For whoever reads the file with other eyes; the steps say the same with masks and roles.
    { name: 'response', type: 'string' },
    { name: 'steps', type: 'json' },
    { name: 'nodePath', type: 'json' },
    { name: 'problems', type: 'strings' },
    { name: 'tokenCount', type: 'int' },
    { name: 'verdict', type: 'string' },
    { name: 'isEdited', type: 'boolean' },
    { name: 'note', type: 'string' },
    { name: 'errorClasses', type: 'strings' },
    { name: 'tags', type: 'strings' },
    { name: 'stepMarks', type: 'json' },
    { name: 'lineage', type: 'json' },
  ],
  write: (example, set) => ({
    row: {
      key: example.key,
      questionId: example.questionId,
      prompt: example.prompt,
      referenceAnswer: example.referenceAnswer,
      kind: example.kind,
      response: renderSteps(example.steps, set),
      steps: example.steps,
      nodePath: example.nodePath,
      problems: example.problems,
      tokenCount: example.tokenCount,
      verdict: example.verdict,
      isEdited: example.isEdited,
      note: example.note,
      errorClasses: example.errorClasses,
      tags: example.tags,
      stepMarks: example.stepMarks,
      lineage: example.lineage,
    },
  }),
  fields: [...PLAIN, ...LISTS, 'tokenCount', 'lineage'].map((name) => ({
    name,
    guesses: [name],
    isRequired: name === 'prompt' || name === 'steps',
  })),
  read(cell, set = RFTT_TOKENS) {
    const read = Row.safeParse(plainRow(cell));
    if (!read.success) {
      const [issue] = read.error.issues;
      return { problem: `“${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'does not read'}.` };
    }
    const { kind, key, questionId, problems, errorClasses, stepMarks, lineage, ...rest } = read.data;
    const foreign = rest.steps.find(({ token }) => !set.find(token));
    if (foreign) return { problem: `“${foreign.token}” is no functional token of the set “${set.name}”.` };
    const marks = stepMarks.length === 0 || stepMarks.length === rest.steps.length;
    if (!marks) return { problem: `There are ${stepMarks.length} marks for ${rest.steps.length} steps.` };
    return {
      example: {
        ...rest,
        stepMarks,
        ...(kind && { kind }),
        ...(key !== undefined && { key }),
        ...(questionId !== undefined && { questionId }),
        ...(problems && { problems }),
        ...(errorClasses && { errorClasses }),
        lineage: {
          datasetId: lineage.datasetId ?? null,
          treeId: lineage.treeId ?? null,
          searchRunId: lineage.searchRunId ?? null,
          checkpointId: lineage.checkpointId ?? null,
          questionSetId: lineage.questionSetId ?? null,
        },
      },
    };
  },
  fits: (columns, cell) =>
    columns.includes('prompt') &&
    columns.includes('steps') &&
    (listOf(cell('steps')) ?? []).some((step) => typeof recordOf(step)?.['token'] === 'string'),
};

function plainRow(cell: ReadCell): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  const put = (name: string, value: unknown) => {
    if (value !== undefined && value !== null) row[name] = value;
  };
  for (const name of PLAIN) put(name, cell(name));
  for (const name of LISTS) put(name, listOf(cell(name)) ?? cell(name));
  // Whole numbers of Parquet come as bigint.
  const tokenCount = cell('tokenCount');
  put('tokenCount', typeof tokenCount === 'bigint' ? Number(tokenCount) : tokenCount);
  put('lineage', recordOf(cell('lineage')) ?? undefined);
  return row;
}
