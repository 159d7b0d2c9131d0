/**
 * `npm run test:fixtures [-- --json FILE] [-- --only models,rl]`: holds the engine against every golden number of a folder.
 * `WORKBENCH_FIXTURES` names it (default ../shared/fixtures); any folder of the same layout will do. Ends with 1 when a number is off.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FIXTURES } from '@core/testing/fixtures';
import { GOLDEN_FAMILIES, listAllSets, listFamily, type GoldenFamily } from '../src/main/engine/golden/families';
import { runGolden, TABLE_HEAD } from '../src/main/engine/golden/run-golden';

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
process.exitCode = await main();

async function main(): Promise<number> {
  if (!existsSync(FIXTURES))
    return complain(`There is no folder ${FIXTURES}; set WORKBENCH_FIXTURES to where the golden files are.`);
  const unknown = values.only?.split(',').find((name) => !(name in GOLDEN_FAMILIES));
  if (unknown !== undefined)
    return complain(`There is no family "${unknown}"; there are ${Object.keys(GOLDEN_FAMILIES).join(', ')}.`);
  // Checked above: every name is a key of the table.
  const sets =
    values.only === undefined
      ? listAllSets()
      : values.only.split(',').flatMap((name) => listFamily(name as GoldenFamily));
  console.log(`${FIXTURES}\n\n${TABLE_HEAD}`);
  const report = await runGolden(sets, { line: console.log, complaint: console.error });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
  if (report.cases.length === 0)
    return complain(`${FIXTURES} holds no golden numbers; set WORKBENCH_FIXTURES to where they are.`);
  console.log(`\n${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
  return report.failed > 0 ? 1 : 0;
}

function complain(text: string): number {
  console.error(`[workbench] ${text}`);
  return 1;
}
