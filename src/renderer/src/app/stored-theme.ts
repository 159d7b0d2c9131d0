/** The theme that this window showed last: put on the page before anything is drawn, so that it does not flash. */
const KEY = 'workbench-theme';
export const PREFERS_DARK = '(prefers-color-scheme: dark)';

export function applyStoredTheme(): void {
  document.documentElement.dataset['theme'] = resolveTheme(storedTheme(), matchMedia(PREFERS_DARK).matches);
}

export function storedTheme(): string {
  return localStorage.getItem(KEY) ?? 'system';
}

export function storeTheme(theme: string): void {
  localStorage.setItem(KEY, theme);
}

export function resolveTheme(theme: string, prefersDark: boolean): 'light' | 'dark' {
  if (theme === 'light' || theme === 'dark') return theme;
  return prefersDark ? 'dark' : 'light';
}
