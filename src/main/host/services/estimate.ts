import { stat } from 'node:fs/promises';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { Estimate, Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { listFinishedRuns } from '../store/repositories/runs';
import type { ServiceContext } from './context';
import { checkJob } from './check-job';
import { dryEstimate, refuseDryStep } from './dry-step';
import { forecastMemory } from './estimate-memory';
import { reckonWork, type Work } from './work-units';

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Earlier runs that an estimate is drawn from. */
const LOOK_BACK = 5;
/** What a core does in practice on the matrices of small models, between the smallest batches and large ones. */
const FLOPS_PER_CORE: Range = { low: 3e9, high: 25e9 };
/** What a token costs besides arithmetic: calls into the runtime, sampling, copying caches; it dominates in tiny models. */
const OVERHEAD_SECONDS_PER_TOKEN: Range = { low: 3e-4, high: 3e-3 };
/** Seconds to copy a parameter: read, convert, write. */
const COPY_SECONDS_PER_PARAMETER: Range = { low: 5e-9, high: 5e-8 };
/** An engine process starts, loads its runtime and compiles graphs. */
const START_SECONDS: Range = { low: 1.5, high: 8 };
/** What the engine takes before it holds a model. */
const ENGINE_BYTES = 150e6;
const LONG_SECONDS = 12 * 3600;

/** Bytes of memory for each parameter by kind: weights alone, or with gradients and two moments. */
const MEMORY_PER_PARAMETER: Readonly<Record<JobKind, Range>> = {
  import: { low: 0.5, high: 4 },
  tokens: { low: 4, high: 8 },
  search: { low: 5, high: 12 },
  examples: { low: 5, high: 12 },
  sft: { low: 16, high: 28 },
  prm: { low: 16, high: 28 },
  rl: { low: 20, high: 36 },
  evaluate: { low: 5, high: 12 },
  export: { low: 4, high: 8 },
};
/** LoRA trains few parameters: weights, activations and little else. */
const LORA_PER_PARAMETER: Range = { low: 6, high: 14 };

/** Bytes on disk for each parameter: 4 a weight, 12 the state to resume a full training from. */
const DISK_PER_PARAMETER: Readonly<Record<JobKind, number>> = {
  import: 0,
  tokens: 4,
  search: 0,
  examples: 0,
  sft: 20,
  prm: 20,
  rl: 24,
  evaluate: 0,
  export: 4,
};

/**
 * What a run will take, as ranges: from the measured rates of earlier runs of the kind on this machine, or from the model's size when there
 * are none. Warnings never block.
 * @throws WorkbenchError when the job cannot start as asked
 */
export async function estimateRun(context: ServiceContext, projectId: ProjectId, spec: JobSpec): Promise<Estimate> {
  checkJob(context, projectId, spec);
  const { db, machine, folders } = context;
  const work = reckonWork(db, spec);
  const place = placeOf(spec);
  // How fast a server is says nothing of this machine, nor the other way round.
  const earlier = listFinishedRuns(db, spec.kind, LOOK_BACK).filter((run) => placeOf(run.spec) === place);
  const rates = earlier.map((run) => secondsPerCost(run, reckonWork(db, run.spec))).filter((rate) => rate > 0);
  const seconds = rates.length > 0 ? fromRates(rates, work) : fromSize(work, machine.cores);
  const forecast = await forecastMemory(context, spec);
  const memoryBytes =
    place !== '' ? WITHOUT_MODEL : forecast ? around(forecast.bytes) : estimateMemory(spec, work, earlier, context);
  const disk = await estimateDisk(spec, work);
  const dry = dryEstimate(context, spec, forecast?.bytes ?? null);
  const facts = {
    seconds: dry?.seconds ?? seconds,
    memoryBytes: dry?.memoryBytes ?? memoryBytes,
    diskBytes: dry?.diskBytes ?? { low: disk, high: disk },
    freeMemoryBytes: machine.freeMemoryBytes(),
    freeDiskBytes: machine.freeDiskBytes(folders.data),
  };
  return {
    ...facts,
    basis: dry?.basis ?? (place !== '' && rates.length === 0 ? UNKNOWN_SERVER : describeBasis(rates.length)),
    warnings: listWarnings(facts),
    steps: forecast?.steps ?? null,
    proposals: [...(forecast?.proposals ?? [])],
    dryStep: dry?.dryStep ?? null,
    dryStepRefusal: refuseDryStep(context, spec),
  };
}

const UNKNOWN_SERVER =
  'Reckoned as if this machine wrote the steps; how fast the server is will be known after the first run on it.';
/** An engine that only asks and keeps trees. */
const WITHOUT_MODEL: Range = { low: ENGINE_BYTES, high: 3 * ENGINE_BYTES };

/** The server that a job's model runs on; empty for this machine, also for runs from before there were servers. */
function placeOf(spec: JobSpec): string {
  return spec.kind === 'search' ? spec.config.server || '' : '';
}

/** A forecast from shapes is right within a tenth. */
function around(bytes: number): Range {
  return { low: 0.9 * bytes, high: 1.1 * bytes };
}

/** Parameters that cost about as much as what a token costs besides arithmetic; see the two constants above. */
const OVERHEAD_PARAMETERS = 5e6;

/** What a job costs in one number, so that a rate measured on one model and setting carries over to another. */
function costOf({ units, parameterCount, flopsPerParameter }: Work): number {
  return flopsPerParameter > 0
    ? units * flopsPerParameter * (parameterCount + OVERHEAD_PARAMETERS)
    : units * parameterCount;
}

/** The start of the engine is reckoned apart, so that a short run does not make a long one look slow. */
function secondsPerCost(run: Run, work: Work): number {
  const cost = costOf(work);
  return cost > 0 ? Math.max(0, run.activeSeconds - START_SECONDS.low) / cost : 0;
}

/** One earlier run says less than several; the newest settings may still differ in what they write. */
function fromRates(rates: readonly number[], work: Work): Range {
  const cost = costOf(work);
  const spread = rates.length === 1 ? 1.8 : 1.4;
  return {
    low: START_SECONDS.low + (Math.min(...rates) * cost) / spread,
    high: START_SECONDS.high + Math.max(...rates) * cost * spread,
  };
}

function fromSize({ units, parameterCount, flopsPerParameter }: Work, cores: number): Range {
  const at = (end: keyof Range, speed: keyof Range) => {
    if (flopsPerParameter === 0) return START_SECONDS[end] + parameterCount * COPY_SECONDS_PER_PARAMETER[end];
    const flops = flopsPerParameter * parameterCount;
    return START_SECONDS[end] + units * (OVERHEAD_SECONDS_PER_TOKEN[end] + flops / (cores * FLOPS_PER_CORE[speed]));
  };
  return { low: at('low', 'high'), high: at('high', 'low') };
}

function estimateMemory(spec: JobSpec, work: Work, earlier: readonly Run[], context: ServiceContext): Range {
  const sameModel = earlier.filter((run) => {
    const then = reckonWork(context.db, run.spec).parameterCount;
    return run.progress?.memoryBytes && then > 0 && Math.abs(then / work.parameterCount - 1) < 0.05;
  });
  const peaks = sameModel.map((run) => run.progress?.memoryBytes ?? 0);
  if (peaks.length > 0) return { low: Math.min(...peaks) * 0.9, high: Math.max(...peaks) * 1.3 };
  const isLora = (spec.kind === 'sft' || spec.kind === 'rl') && spec.config.method === 'lora';
  const perParameter = isLora ? LORA_PER_PARAMETER : MEMORY_PER_PARAMETER[spec.kind];
  return {
    low: ENGINE_BYTES + perParameter.low * work.parameterCount,
    high: 2 * ENGINE_BYTES + perParameter.high * work.parameterCount,
  };
}

async function estimateDisk(spec: JobSpec, work: Work): Promise<number> {
  if (spec.kind === 'import') return sizeOf(spec.path);
  return DISK_PER_PARAMETER[spec.kind] * work.parameterCount;
}

/** Of a file; an import refers to a folder where it lies, so a folder costs nothing. */
async function sizeOf(path: string): Promise<number> {
  const facts = await stat(path);
  return facts.isFile() ? facts.size : 0;
}

function describeBasis(rates: number): string {
  if (rates === 0) return "Reckoned from the model's size and this machine's cores; the first run will tell better.";
  if (rates === 1) return 'Measured on the last run of this kind on this machine.';
  return `Measured on the last ${rates} runs of this kind on this machine.`;
}

function listWarnings(
  facts: Pick<Estimate, 'seconds' | 'memoryBytes' | 'diskBytes' | 'freeMemoryBytes' | 'freeDiskBytes'>,
): string[] {
  const warnings: string[] = [];
  if (facts.memoryBytes.low > facts.freeMemoryBytes) {
    warnings.push(
      'This will hardly fit into the memory that is free now. Close other programs, choose LoRA, or use a smaller model.',
    );
  } else if (facts.memoryBytes.high > facts.freeMemoryBytes) {
    warnings.push('Memory may become tight. If the run is stopped for it, it can be resumed.');
  }
  if (facts.diskBytes.high > facts.freeDiskBytes) {
    warnings.push('The disk of the data folder has too little room for this. Free some space first.');
  }
  if (facts.seconds.low > LONG_SECONDS) {
    warnings.push(
      'This takes more than half a day. It can be paused at any time; fewer questions or simulations make it shorter.',
    );
  }
  return warnings;
}
