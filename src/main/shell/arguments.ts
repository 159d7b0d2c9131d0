/** Value of `--name VALUE` or `--name=VALUE` on a command line, or null. */
export function readOption(argv: readonly string[], name: string): string | null {
  const flag = `--${name}`;
  for (const [index, argument] of argv.entries()) {
    if (argument.startsWith(`${flag}=`)) return argument.slice(flag.length + 1);
    if (argument === flag) return argv[index + 1] ?? null;
  }
  return null;
}
