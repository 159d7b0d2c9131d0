import { parseArgs } from 'node:util';
import { WorkbenchError } from '@core/errors';
import type { Study } from './study';

export interface EvidenceArguments {
  readonly seeds: readonly number[];
  /** Studies to run; all when null. */
  readonly only: readonly string[] | null;
  /** Rungs to run of these studies, with whatever they stand on; all when null. */
  readonly rungs: readonly string[] | null;
  /** Every study as small as it can be: shows that it works, says nothing about accuracy. */
  readonly quick: boolean;
  /** Writes the report of what is stored and runs nothing. */
  readonly reportOnly: boolean;
  /** Data folder of the workbench; the person's own when null. */
  readonly data: string | null;
  /** Data folders whose stored runs the report takes in as well, e.g. seeds that another machine ran; nothing is run there. */
  readonly also: readonly string[];
  /** The report, and beside it a folder of the same name with the plots. */
  readonly out: string;
  /** No run is started after so many hours; the next call goes on. */
  readonly hours: number;
  /** Processor threads; as many as there are cores when null. */
  readonly threads: number | null;
  /** Model and questions of the study `real`; it is left out without them. */
  readonly model: string | null;
  readonly questions: string | null;
}

const USAGE =
  'npm run evidence -- [--seeds 1,2,3] [--only ladder,ablations,…] [--rungs base,warm-up,…] [--quick] [--report] [--data FOLDER] [--also FOLDER]… [--out FILE.md] [--hours N] [--threads N] [--model FOLDER_OR_GGUF --questions FILE]';

/** Arguments of `npm run evidence -- …`. @param studies what `--only` may name, with the rungs of `--rungs` @throws WorkbenchError `arguments` */
export function parseEvidenceArguments(
  args: readonly string[],
  studies: readonly Pick<Study, 'id' | 'rungs'>[],
): EvidenceArguments {
  const values = parse(args);
  const seeds = values.seeds.split(',').map(Number);
  if (
    seeds.some((seed) => !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) ||
    new Set(seeds).size < seeds.length
  )
    throw refuse(`Seeds are different whole numbers from 0 to 2147483647, not "${values.seeds}".`);
  const only = namesOf(
    values.only,
    studies.map(({ id }) => id),
    'study',
  );
  const asked = studies.filter(({ id }) => only === null || only.includes(id));
  const rungs = namesOf(values.rungs, [...new Set(asked.flatMap((study) => study.rungs.map(({ id }) => id)))], 'rung');
  const hours = Number(values.hours);
  if (!(hours > 0)) throw refuse(`"${values.hours}" is no number of hours.`);
  const threads = values.threads === undefined ? null : Number(values.threads);
  if (threads !== null && !(Number.isInteger(threads) && threads > 0))
    throw refuse(`"${values.threads}" is no number of threads.`);
  return {
    seeds,
    only,
    rungs,
    hours,
    threads,
    quick: values.quick,
    reportOnly: values.report,
    data: values.data ?? null,
    also: values.also,
    out: values.out,
    model: values.model ?? null,
    questions: values.questions ?? null,
  };
}

/** Names of a list with commas, each one of the known; null where none were given. */
function namesOf(list: string | undefined, known: readonly string[], what: string): readonly string[] | null {
  const names = list?.split(',') ?? null;
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw refuse(`There is no ${what} "${unknown}". There are ${known.join(', ')}.`);
  return names;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '1,2,3' },
        only: { type: 'string' },
        rungs: { type: 'string' },
        quick: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
        data: { type: 'string' },
        also: { type: 'string', multiple: true, default: [] },
        out: { type: 'string', default: 'docs/evidence.md' },
        hours: { type: 'string', default: '1000' },
        threads: { type: 'string' },
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
