import { parseArgs } from 'node:util';
import { WorkbenchError } from '@core/errors';

export interface DemoArguments {
  readonly seed: number;
  readonly quick: boolean;
  /** File for the report as JSON. */
  readonly json: string | null;
  /** Data folder of the workbench; the person's own when null. */
  readonly data: string | null;
}

export interface RealDemoArguments extends DemoArguments {
  readonly model: string;
  readonly questions: string;
}

const SHARED_OPTIONS = {
  seed: { type: 'string', default: '1' },
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  data: { type: 'string' },
} as const;

const SHARED_USAGE = '[--seed N] [--quick] [--json FILE] [--data FOLDER]';

/** Arguments of `npm run demo -- …`. @throws WorkbenchError `arguments` */
export function parseDemoArguments(args: readonly string[]): DemoArguments {
  const usage = `npm run demo -- ${SHARED_USAGE}`;
  const { values } = withUsage(usage, () => parseArgs({ args: [...args], options: SHARED_OPTIONS }));
  return sharedOf(values, usage);
}

/** Arguments of `npm run demo:real -- …`. @throws WorkbenchError `arguments` */
export function parseRealDemoArguments(args: readonly string[]): RealDemoArguments {
  const usage = `npm run demo:real -- --model FOLDER_OR_GGUF --questions FILE ${SHARED_USAGE}`;
  const { values } = withUsage(usage, () =>
    parseArgs({
      args: [...args],
      options: { ...SHARED_OPTIONS, model: { type: 'string' }, questions: { type: 'string' } },
    }),
  );
  if (!values.model || !values.questions) throw argumentsError('Name a model and a file of questions.', usage);
  return { ...sharedOf(values, usage), model: values.model, questions: values.questions };
}

function sharedOf(
  values: { seed: string; quick: boolean; json?: string | undefined; data?: string | undefined },
  usage: string,
): DemoArguments {
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31)
    throw argumentsError(`The seed is a whole number from 0 to 2147483647, not "${values.seed}".`, usage);
  return { seed, quick: values.quick, json: values.json ?? null, data: values.data ?? null };
}

function withUsage<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw argumentsError(error instanceof Error ? error.message : String(error), usage);
  }
}

function argumentsError(message: string, usage: string): WorkbenchError {
  return new WorkbenchError('validation', message, { code: 'arguments', wayOut: `Usage: ${usage}` });
}
