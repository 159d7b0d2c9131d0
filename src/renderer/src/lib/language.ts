/**
 * The language of the window. It is chosen before anything is drawn and stays for the life of the page: texts are plain objects, many
 * of them used when a module is first read, so another language means another page load (drafts are kept).
 */

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** What a person may choose: a language, or that of the system. */
export type LanguageChoice = Language | 'system';

/** A text in another language: the same tree, any part of it left out; a missing part is shown in English. */
export type Translation<T> = T extends (...given: infer Given) => string
  ? (...given: Given) => string
  : T extends string
    ? string
    : T extends readonly unknown[]
      ? readonly string[]
      : { readonly [Key in keyof T]?: Translation<T[Key]> };

/** All translations of one language by the name that each text file gives `translated`. */
export type Catalogue = Readonly<Record<string, unknown>>;

const KEY = 'workbench-language';
const originals = new Map<string, unknown>();
const made = new Set<unknown>();
let catalogue: Catalogue = {};
let current: Language = 'en';

/** The language that the page is shown in. */
export function language(): Language {
  return current;
}

/** Call before any module with texts is read. */
export function chooseLanguage(chosen: Language, translations: Catalogue): void {
  current = chosen;
  catalogue = translations;
}

/**
 * The texts of one file in the window's language.
 * @param name names the file's texts in the catalogues, e.g. `start`
 * @param english everything; what the catalogue lacks is taken from here
 */
export function translated<const T>(name: string, english: T): T {
  originals.set(name, english);
  const texts = follow(english, [name]);
  made.add(texts);
  return texts as T; // the tree of `english` with leaves of the same kind
}

/** Every English text by the name of its file; for the test that compares languages. */
export function listOriginals(): ReadonlyMap<string, unknown> {
  return originals;
}

/** Whether a value came out of `translated`; for the test that finds files which left it out. */
export function isTranslated(value: unknown): boolean {
  return made.has(value);
}

/** Types the entries of a catalogue after the English ones, and lets a key pass that English no longer has; the test names those. */
export function translationOf<T>() {
  return <const Given extends Translation<T>>(given: Given): Given => given;
}

/** What this window used last; read before the host can be asked. */
export function storedChoice(storage: Pick<Storage, 'getItem'> = localStorage): LanguageChoice {
  const stored = storage.getItem(KEY);
  return LANGUAGES.find((one) => one === stored) ?? 'system';
}

export function storeChoice(choice: LanguageChoice, storage: Pick<Storage, 'setItem'> = localStorage): void {
  storage.setItem(KEY, choice);
}

/** The language that a choice means here. */
export function resolveLanguage(choice: LanguageChoice, wanted: readonly string[] = navigator.languages): Language {
  if (choice !== 'system') return choice;
  for (const tag of wanted) {
    const known = LANGUAGES.find((one) => tag.toLowerCase().split('-')[0] === one);
    if (known) return known;
  }
  return 'en';
}

/** The locale of numbers and dates: the person's own of the window's language (`de-AT`), else the language itself. */
export function locale(wanted: readonly string[] = globalThis.navigator?.languages ?? []): string {
  return wanted.find((tag) => tag.toLowerCase().split('-')[0] === current) ?? current;
}

/** The tree of `english` whose leaves are looked up when they are read: a catalogue itself uses modules with texts, which are read before it. */
function follow(english: unknown, path: readonly string[]): unknown {
  if (!isTree(english)) return english;
  const tree = {};
  for (const [key, value] of Object.entries(english)) {
    const place = [...path, key];
    if (isTree(value)) Object.defineProperty(tree, key, { enumerable: true, value: follow(value, place) });
    else Object.defineProperty(tree, key, { enumerable: true, get: () => translationAt(place) ?? value });
  }
  return tree;
}

function translationAt(path: readonly string[]): unknown {
  let at: unknown = catalogue;
  for (const key of path) at = isTree(at) ? at[key] : undefined;
  return at;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
