import { glossary, type TermId } from './texts/en';

export interface TextPart {
  readonly text: string;
  /** The term that this part names; null for plain text. */
  readonly term: TermId | null;
}

const TERMS = Object.entries(glossary) as [TermId, (typeof glossary)[TermId]][];
/** Longest first, so that "functional tokens" is not taken for "tokens". */
const FORMS = TERMS.flatMap(([id, { forms }]) => forms.map((form) => ({ id, form: form.toLowerCase() }))).sort(
  (a, b) => b.form.length - a.form.length,
);
const ANY_FORM = new RegExp(
  `(?<![\\p{L}\\p{N}])(${FORMS.map(({ form }) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})(?![\\p{L}\\p{N}])`,
  'giu',
);
const TERM_OF = new Map(FORMS.map(({ id, form }) => [form, id]));

/** A text in parts, the first mention of each term apart. */
export function findTerms(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  const seen = new Set<TermId>();
  let at = 0;
  for (const match of text.matchAll(ANY_FORM)) {
    const term = TERM_OF.get(match[0].toLowerCase());
    if (term === undefined || seen.has(term)) continue;
    seen.add(term);
    if (match.index > at) parts.push({ text: text.slice(at, match.index), term: null });
    parts.push({ text: match[0], term });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), term: null });
  return parts;
}
