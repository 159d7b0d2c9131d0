/**
 * Compares our check of answers with somebody else's verdicts: `npm run grade -- FILE --json OUT`. FILE has one JSON object a line,
 * `{gold, pred, expected}` (two answers and whether they count as the same) or `{gold, response, correct}` (a whole model output), with an
 * optional `source`. OUT gets `{total, agree, bySource, disagreements}`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WorkbenchError } from '@core/errors';
import { GradedRowSchema, gradeRows, type GradedRow } from '@core/tasks/grade';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const [path] = positionals;
if (path === undefined) throw new Error('Give the file to grade: npm run grade -- FILE --json OUT');

const report = gradeRows(readRows(path));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
for (const [source, { total, agree }] of Object.entries(report.bySource))
  console.log(`${source}: ${agree} of ${total} (${((100 * agree) / total).toFixed(1)} %)`);
console.log(`${report.agree} of ${report.total} verdicts agree.`);

function readRows(file: string): GradedRow[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseRow(line, `${file}, line ${index + 1}`)]));
}

function parseRow(line: string, where: string): GradedRow {
  try {
    return GradedRowSchema.parse(JSON.parse(line));
  } catch (cause) {
    const facts = {
      code: 'graded-row' as const,
      where,
      wayOut: 'Give each line gold, pred and expected, or gold, response and correct.',
    };
    throw new WorkbenchError('validation', `${where} is no graded row.`, facts, { cause });
  }
}
