import { ALL_LOOKS, tokenFacts } from '../tokens/token-facts';
import '../tokens/token-colors.css';

export interface TokenColors {
  readonly line: string;
  readonly tint: string;
}

/** The colours a drawing takes from the page's style; read once for each theme. */
export interface Palette {
  readonly surface: string;
  readonly sunken: string;
  readonly ink: string;
  readonly faint: string;
  readonly edge: string;
  readonly accent: string;
  readonly focus: string;
  readonly good: string;
  readonly warn: string;
  readonly bad: string;
  readonly font: string;
  tokenColors(kind: string): TokenColors;
}

/** Reads the palette as it holds inside `host`. */
export function readPalette(host: HTMLElement): Palette {
  const base = getComputedStyle(host);
  const color = (name: string): string => base.getPropertyValue(name).trim();
  const plain: TokenColors = { line: color('--edge'), tint: color('--surface') };
  const probe = document.createElement('span');
  host.append(probe);
  const tokens = new Map(
    ALL_LOOKS.map((look): [string, TokenColors] => {
      probe.dataset['token'] = look;
      const style = getComputedStyle(probe);
      return [
        look,
        { line: style.getPropertyValue('--token').trim(), tint: style.getPropertyValue('--token-tint').trim() },
      ];
    }),
  );
  probe.remove();
  return {
    surface: color('--surface'),
    sunken: color('--sunken'),
    ink: color('--ink'),
    faint: color('--ink-3'),
    edge: color('--edge'),
    accent: color('--accent'),
    focus: color('--focus'),
    good: color('--good'),
    warn: color('--warn'),
    bad: color('--bad'),
    font: base.fontFamily,
    tokenColors: (kind) => tokens.get(tokenFacts(kind).look) ?? plain,
  };
}
