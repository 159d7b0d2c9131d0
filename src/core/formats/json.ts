import { WorkbenchError } from '../errors';

/** A JSON object of unknown content. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Levels of a JSON file that are followed. */
const MAX_DEPTH = 64;

/** Characters of a value or a path that a message shows. */
const SHOWN_CHARACTERS = 80;

/** Whether `value` is a JSON object (not a list, not null). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A value inside a JSON file together with the path to it, so that whoever finds it wrong can say where.
 * A missing key and `null` are the same thing: absent.
 */
export class JsonCursor {
  readonly value: unknown;
  /** e.g. `config.json: rope_scaling.factor` */
  readonly where: string;
  readonly #depth: number;

  /** @throws WorkbenchError `json-value` beyond 64 levels, which no file of ours has and readers that follow it would not survive */
  constructor(value: unknown, where: string, depth = 0) {
    this.value = value;
    this.where = where;
    this.#depth = depth;
    if (depth > MAX_DEPTH) throw this.wrong(`at most ${MAX_DEPTH} levels`);
  }

  /** The whole of a file. @throws WorkbenchError `json-syntax` */
  static parse(text: string, fileName: string): JsonCursor {
    try {
      // Some editors put a byte order mark in front.
      return new JsonCursor(JSON.parse(text.replace(/^\uFEFF/, '')), `${fileName}:`);
    } catch (cause) {
      const facts = { code: 'json-syntax' as const, where: fileName, wayOut: 'Download or copy the file again.' };
      throw new WorkbenchError('validation', `${fileName} is not valid JSON.`, facts, { cause });
    }
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  at(key: string | number): JsonCursor {
    const { value } = this;
    const inside = Array.isArray(value)
      ? (value[Number(key)] as unknown)
      : isRecord(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
    const where = this.where.endsWith(':') ? `${this.where} ${key}` : `${this.where}.${key}`;
    return new JsonCursor(inside, where, this.#depth + 1);
  }

  /** The first of `keys` that is there; the last one where none is. */
  firstOf(...keys: readonly string[]): JsonCursor {
    const cursors = keys.map((key) => this.at(key));
    return cursors.find((cursor) => !cursor.isAbsent) ?? cursors.at(-1) ?? this;
  }

  text(fallback?: string): string {
    if (this.isAbsent && fallback !== undefined) return fallback;
    if (typeof this.value !== 'string') throw this.wrong('text');
    return this.value;
  }

  boolean(fallback?: boolean): boolean {
    if (this.isAbsent && fallback !== undefined) return fallback;
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  number(fallback?: number): number {
    if (this.isAbsent && fallback !== undefined) return fallback;
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) throw this.wrong('a number');
    return this.value;
  }

  /** A whole number of at least `min`. */
  integer(options: { readonly min?: number; readonly fallback?: number } = {}): number {
    if (this.isAbsent && options.fallback !== undefined) return options.fallback;
    const { min = 0 } = options;
    if (typeof this.value !== 'number' || !Number.isSafeInteger(this.value) || this.value < min) {
      throw this.wrong(`a whole number from ${min}`);
    }
    return this.value;
  }

  list(): readonly JsonCursor[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((item: unknown, i) => new JsonCursor(item, `${this.where}[${i}]`, this.#depth + 1));
  }

  record(): JsonRecord {
    if (!isRecord(this.value)) throw this.wrong('an object');
    return this.value;
  }

  /** The error for a value that is not what was expected. */
  wrong(expected: string): WorkbenchError {
    const found = this.isAbsent ? 'nothing' : showJson(this.value);
    const where =
      this.where.length > 3 * SHOWN_CHARACTERS ? `${this.where.slice(0, 3 * SHOWN_CHARACTERS)}…` : this.where;
    return new WorkbenchError('validation', `${where}: expected ${expected}, found ${found}.`, {
      code: 'json-value',
      where: this.where,
      wayOut: 'Correct the file or download it again.',
    });
  }

  /** The error for a value that is well-formed but that the program cannot use. */
  unsupported(what: string): WorkbenchError {
    return new WorkbenchError('unsupported', `${this.where}: ${what}.`, {
      code: 'json-unsupported',
      where: this.where,
    });
  }
}

/** The beginning of a value as JSON; of one nested too deeply to be written, its kind. */
export function showJson(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, SHOWN_CHARACTERS);
  } catch {
    // JSON.stringify goes down by recursion; a value that it cannot follow is described instead.
    return Array.isArray(value) ? 'a list' : `an ${typeof value}`;
  }
}

/**
 * Keys that occur more than once in the outermost object of a JSON text: `JSON.parse` keeps the last of them and says nothing.
 * @param text sound JSON of an object
 */
export function findRepeatedKey(text: string): string | null {
  const seen = new Set<string>();
  let depth = 0;
  let afterKey = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === ':') afterKey = true;
    else if (char === ',' && depth === 1) afterKey = false;
    else if (char === '"') {
      const begin = at;
      for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
      if (depth !== 1 || afterKey) continue;
      const key = JSON.parse(text.slice(begin, at + 1)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return null;
}
