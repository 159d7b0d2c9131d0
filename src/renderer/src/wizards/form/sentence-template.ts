/** Names of the settings that a sentence has blanks for. */
export function blanksOf(template: string): ReadonlySet<string> {
  return new Set(splitTemplate(template).flatMap((part) => (part.field === null ? [] : [part.field])));
}

/** The parts of a sentence: plain text, or the name of the setting that stands in its place. */
export function splitTemplate(template: string): readonly { readonly text: string; readonly field: string | null }[] {
  return template
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((text) => (/^\{\w+\}$/.test(text) ? { text, field: text.slice(1, -1) } : { text, field: null }));
}
