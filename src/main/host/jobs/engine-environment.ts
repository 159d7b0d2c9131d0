/**
 * What an engine process has in its environment besides that of its parent. glibc raises the size from which it asks the system for memory of its own
 * up to 32 MB by itself; keys, values and spans of them lie below and would stay with the process in pieces after they were given back: 170 MB of a
 * search (docs/experiments.md, "A beginning that is read once"). A fixed size ends that. Other systems do not read the name.
 */
export const ENGINE_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: String(2 ** 18) };
