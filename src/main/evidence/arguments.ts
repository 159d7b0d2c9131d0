import { parseArgs } from 'node:util';
import { WorkbenchError } from '@core/errors';

export interface EvidenceArguments {
  readonly seeds: readonly number[];
  /** Studies to run; all when null. */
  readonly only: readonly string[] | null;
  /** Every study as small as it can be: shows that it works, says nothing about accuracy. */
  readonly quick: boolean;
  /** Writes the report of what is stored and runs nothing. */
  readonly reportOnly: boolean;
  /** Data folder of the workbench; the person's own when null. */
  readonly data: string | null;
  /** The report, and beside it a folder of the same name with the plots. */
  readonly out: string;
  /** No run is started after so many hours; the next call goes on. */
  readonly hours: number;
  /** Model and questions of the study `real`; it is left out without them. */
  readonly model: string | null;
  readonly questions: string | null;
}

const USAGE =
  'npm run evidence -- [--seeds 1,2,3] [--only ladder,ablations,…] [--quick] [--report] [--data FOLDER] [--out FILE.md] [--hours N] [--model FOLDER_OR_GGUF --questions FILE]';

/** Arguments of `npm run evidence -- …`. @param studies names that `--only` may hold @throws WorkbenchError `arguments` */
export function parseEvidenceArguments(args: readonly string[], studies: readonly string[]): EvidenceArguments {
  const values = parse(args);
  const seeds = values.seeds.split(',').map(Number);
  if (
    seeds.some((seed) => !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) ||
    new Set(seeds).size < seeds.length
  )
    throw refuse(`Seeds are different whole numbers from 0 to 2147483647, not "${values.seeds}".`);
  const only = values.only?.split(',') ?? null;
  const unknown = only?.find((name) => !studies.includes(name));
  if (unknown !== undefined) throw refuse(`There is no study "${unknown}". There are ${studies.join(', ')}.`);
  const hours = Number(values.hours);
  if (!(hours > 0)) throw refuse(`"${values.hours}" is no number of hours.`);
  return {
    seeds,
    only,
    hours,
    quick: values.quick,
    reportOnly: values.report,
    data: values.data ?? null,
    out: values.out,
    model: values.model ?? null,
    questions: values.questions ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '1,2,3' },
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
        data: { type: 'string' },
        out: { type: 'string', default: 'docs/evidence.md' },
        hours: { type: 'string', default: '1000' },
        model: { type: 'string' },
        questions: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(message: string): WorkbenchError {
  return new WorkbenchError('validation', message, { code: 'arguments', wayOut: `Usage: ${USAGE}` });
}
