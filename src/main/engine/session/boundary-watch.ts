import type { Boundary } from '@contracts/playground';
import type { TokenObserver } from '@core/generation/generator';
import type { FunctionalTokenIds } from '@core/tokens/token-ids';

/** Follows the tokens of one response. */
export interface BoundaryWatch extends TokenObserver {
  /** Boundaries whose token is known, since the last call. */
  takeBoundaries(): Boundary[];
}

/**
 * Asks for the probability of every open token where a step may begin: at the start of the response, and after a closed step with its line
 * break. A model that writes something else there is watched again after the next step.
 * @param begun ids that the response already has, a forced token at their end included
 * @param onToken called after each token
 */
export function watchBoundaries(
  tokens: FunctionalTokenIds,
  begun: readonly number[],
  onToken: (id: number) => void,
): BoundaryWatch {
  const { names } = tokens.set;
  const probeIds = names.map((name) => tokens.open[name]!);
  const found: Boundary[] = [];
  let at = 0;
  /** Ids of the line break still to come after a close token; 0 at a boundary, null elsewhere. */
  let breakLeft: number | null = 0;

  const follow = (id: number): void => {
    at += 1;
    if (tokens.closes.has(id)) breakLeft = tokens.newline.length;
    else if (breakLeft !== null && breakLeft > 0 && id === tokens.newline[tokens.newline.length - breakLeft])
      breakLeft -= 1;
    else breakLeft = null;
  };
  for (const id of begun) follow(id);

  return {
    watch: () => (breakLeft === 0 ? probeIds : null),
    sampled({ id, watched }) {
      if (watched !== null) {
        found.push({
          at,
          probabilities: names.map((token, i) => ({ token, probability: Math.exp(watched[i]!) })),
          chosen: tokens.opens.get(id) ?? null,
          isForced: false,
        });
      }
      follow(id);
      onToken(id);
    },
    takeBoundaries: () => found.splice(0),
  };
}
