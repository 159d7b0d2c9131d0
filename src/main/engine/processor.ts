import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The processor as far as a program may use it. */
export interface Processor {
  /** Cores with arithmetic units of their own, among those this process may run on. */
  readonly physicalCores: number;
  /** Logical processors that this process may use at once: affinity and, with a recent Node, the quota of a container count. */
  readonly logicalCores: number;
  /** Where the number of physical cores comes from; `assumed` where the system does not tell. */
  readonly source: 'topology' | 'cpuinfo' | 'sysctl' | 'assumed';
}

export interface ThreadWishes {
  /** Leave one core to the person. */
  readonly gentle?: boolean;
  /** So many, whatever the processor has; null or absent: as many as it has cores. */
  readonly threads?: number | null;
}

/**
 * Threads for matrix products: one for each physical core, since the hyper-threads of a core share the units that products are bound by.
 * A wish is kept within what the process may use at once; `gentle` takes one fewer than the cores, and at least one.
 */
export function chooseThreads(
  { physicalCores, logicalCores }: Pick<Processor, 'physicalCores' | 'logicalCores'>,
  wishes: ThreadWishes = {},
): number {
  const { gentle = false, threads = null } = wishes;
  const most = Math.max(1, Math.min(physicalCores, logicalCores) - (gentle ? 1 : 0));
  return threads === null ? most : Math.max(1, Math.min(threads, gentle ? most : logicalCores));
}

/** What a run's log says about its threads. */
export function describeThreads(threads: number, gentle: boolean, { physicalCores, source }: Processor): string {
  const cores = `${physicalCores} ${source === 'assumed' ? 'assumed ' : ''}physical ${physicalCores === 1 ? 'core' : 'cores'}`;
  const count = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return gentle
    ? `Computing gently: ${count} on ${cores}, at a lower priority than other programs.`
    : `Computing with ${count} on ${cores}.`;
}

/** The processor of this machine. */
export function readProcessor(): Processor {
  const logicalCores = Math.max(1, availableParallelism());
  const read = READERS[process.platform];
  const found = read?.() ?? null;
  return found === null
    ? { physicalCores: assumeCores(logicalCores), logicalCores, source: 'assumed' }
    : { physicalCores: Math.max(1, Math.min(found.cores, logicalCores)), logicalCores, source: found.source };
}

/** Most processors with more than two logical cores run two threads on each. */
export function assumeCores(logicalCores: number): number {
  return logicalCores <= 2 ? logicalCores : Math.ceil(logicalCores / 2);
}

/**
 * Physical cores by Linux's topology: logical processors that share a core name the same list of siblings.
 * @param siblings text of `thread_siblings_list` by number of the logical processor
 * @param allowed  text of `Cpus_allowed_list`, e.g. "0-3,8", or null when unknown
 */
export function coresFromSiblings(siblings: ReadonlyMap<number, string>, allowed: string | null): number {
  const mayUse = allowed === null ? null : parseCpuList(allowed);
  const cores = [...siblings].filter(([cpu]) => mayUse?.has(cpu) ?? true).map(([, list]) => list.trim());
  return new Set(cores).size;
}

/** Physical cores by the text of /proc/cpuinfo: pairs of package and core; null where it names none (ARM, some virtual machines). */
export function coresFromCpuInfo(text: string): number | null {
  const cores = text.split(/\n\s*\n/).flatMap((block) => {
    const [, socket] = /^physical id\s*:\s*(\d+)/m.exec(block) ?? [];
    const [, core] = /^core id\s*:\s*(\d+)/m.exec(block) ?? [];
    return socket === undefined || core === undefined ? [] : [`${socket}/${core}`];
  });
  return cores.length === 0 ? null : new Set(cores).size;
}

/** Numbers of a list such as "0-3,8,10-11". */
export function parseCpuList(text: string): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const part of text.trim().split(',').filter(Boolean)) {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    for (let cpu = first; cpu <= last; cpu++) numbers.add(cpu);
  }
  return numbers;
}

interface Found {
  readonly cores: number;
  readonly source: Processor['source'];
}

/** How each system tells; where none is listed, or it does not answer, the number is assumed. Windows tells only through slow tools. */
const READERS: { readonly [platform in NodeJS.Platform]?: () => Found | null } = {
  linux() {
    const siblings = readSiblings();
    if (siblings.size > 0) {
      const cores = coresFromSiblings(siblings, readAllowed());
      if (cores > 0) return { cores, source: 'topology' };
    }
    const cores = coresFromCpuInfo(readText('/proc/cpuinfo') ?? '');
    return cores === null ? null : { cores, source: 'cpuinfo' };
  },
  darwin() {
    try {
      const cores = Number(execFileSync('/usr/sbin/sysctl', ['-n', 'hw.physicalcpu'], { encoding: 'utf8' }));
      return Number.isInteger(cores) && cores > 0 ? { cores, source: 'sysctl' } : null;
    } catch {
      return null;
    }
  },
};

const CPU_FOLDER = '/sys/devices/system/cpu';

function readSiblings(): ReadonlyMap<number, string> {
  const siblings = new Map<number, string>();
  for (const name of listNames(CPU_FOLDER)) {
    const [, cpu] = /^cpu(\d+)$/.exec(name) ?? [];
    const list = cpu && readText(`${CPU_FOLDER}/${name}/topology/thread_siblings_list`);
    if (list) siblings.set(Number(cpu), list);
  }
  return siblings;
}

function readAllowed(): string | null {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readText('/proc/self/status') ?? '')?.[1] ?? null;
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
