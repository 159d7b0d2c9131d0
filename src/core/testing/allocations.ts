/**
 * What code asks memory for, counted at the constructors of buffers, typed arrays and lists and where strings are repeated. Only what is
 * asked for by a number counts: a length from a file that nobody checked shows here, whether or not the memory could be had.
 */
export interface AllocationMeter {
  /** Bytes of the largest single request since the last `reset`. */
  readonly largest: number;
  reset(): void;
  /** Puts everything back as it was. */
  stop(): void;
}

const BUFFERS = [
  'ArrayBuffer',
  'Uint8Array',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;

/** Bytes of one place in a list. */
const SLOT_BYTES = 8;

/** Watches this process until it is stopped; not for tests that run at the same time. */
export function startAllocationMeter(): AllocationMeter {
  let largest = 0;
  const count = (elements: unknown, bytesEach: number): void => {
    if (typeof elements === 'number' && elements > 0) largest = Math.max(largest, elements * bytesEach);
  };
  const restore: (() => void)[] = [];
  const replace = <T extends object, K extends keyof T>(owner: T, key: K, value: T[K]): void => {
    const before = Object.getOwnPropertyDescriptor(owner, key);
    Object.defineProperty(owner, key, { configurable: true, writable: true, value });
    restore.push(() => before && Object.defineProperty(owner, key, before));
  };
  for (const name of BUFFERS) {
    const original = globalThis[name];
    const bytesEach = 'BYTES_PER_ELEMENT' in original ? original.BYTES_PER_ELEMENT : 1;
    const watched = new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        count(args[0], bytesEach);
        // A construct trap gets its arguments untyped; they go on as they came.
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
    replace(globalThis, name, watched);
  }
  const { from } = Array;
  replace(Array, 'from', function (this: unknown, ...args: Parameters<typeof from>) {
    const [source] = args;
    if (typeof source === 'object' && source !== null && !(Symbol.iterator in source) && 'length' in source)
      count(source.length, SLOT_BYTES);
    return Reflect.apply(from, this, args) as unknown[];
  } as typeof from);
  const { repeat, padStart, padEnd } = String.prototype;
  replace(String.prototype, 'repeat', function (this: string, times: number) {
    count(times * this.length, 2);
    return Reflect.apply(repeat, this, [times]);
  });
  for (const [name, original] of [['padStart', padStart] as const, ['padEnd', padEnd] as const]) {
    replace(String.prototype, name, function (this: string, ...args: [number, string?]) {
      count(args[0], 2);
      return Reflect.apply(original, this, args);
    });
  }
  return {
    get largest() {
      return largest;
    },
    reset: () => void (largest = 0),
    stop: () => restore.reverse().forEach((undo) => undo()),
  };
}
