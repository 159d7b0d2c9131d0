import type { GenerationRequest, GenerationResult, Generator } from '../generation/generator';
import type { Tokenizer } from '../tokenizer/tokenizer';

/** A language in which tests can say what a model would write. */
export interface ToyPolicy {
  /** What may follow a text, with probabilities that add up to 1. */
  continuations(prefix: string): readonly (readonly [text: string, probability: number])[];
  /** Probability of a token by its surface, where a request probes for it. */
  probe(prefix: string, surface: string): number;
}

/** A generator over a toy policy: the real port, no model. The first token of a continuation carries its whole log-probability. */
export function createToyGenerator(
  tokenizer: Tokenizer,
  policy: ToyPolicy,
): Generator & { readonly requests: GenerationRequest[] } {
  const requests: GenerationRequest[] = [];
  let newTokens = 0;
  return {
    requests,
    prepare: async () => undefined,
    maxContext: Number.POSITIVE_INFINITY,
    async generate(request) {
      request.cancel?.throwIfAborted();
      requests.push(request);
      const prefix = tokenizer.decode(request.prefixIds);
      const probeLogProbs =
        request.probeIds &&
        Float32Array.from(request.probeIds, (id) => Math.log(policy.probe(prefix, tokenizer.surfaceOf(id)!)));
      if (request.maxNewTokens === 0) return resultOf([], [], 'length', probeLogProbs);
      const options = policy.continuations(prefix);
      const [text, probability] =
        request.temperature === 0
          ? options.reduce((best, each) => (each[1] > best[1] ? each : best))
          : draw(options, request.rng!.next());
      const ends = request.stopTexts?.includes('\n') ? [...tokenizer.encode('\n')] : request.stopIds.slice(0, 1);
      const ids = [...tokenizer.encode(text, { specials: 'recognise' }), ...ends];
      const cut = ids.slice(0, request.maxNewTokens);
      newTokens += cut.length;
      return resultOf(
        cut,
        cut.map((_, i) => (i === 0 ? Math.log(probability) : 0)),
        cut.length < ids.length ? 'length' : 'stop',
        probeLogProbs,
      );
    },
    clearCache: () => undefined,
    get stats() {
      return { prefilledTokens: 0, reusedTokens: 0, newTokens, decodeSteps: requests.length, peakKvBytes: 0 };
    },
    dispose: async () => undefined,
  };
}

function draw(options: readonly (readonly [string, number])[], point: number): readonly [string, number] {
  let left = point;
  for (const option of options) {
    left -= option[1];
    if (left < 0) return option;
  }
  return options.at(-1)!;
}

function resultOf(
  ids: readonly number[],
  logProbs: readonly number[],
  stopReason: GenerationResult['stopReason'],
  probeLogProbs?: Float32Array,
): GenerationResult {
  return {
    ids: Int32Array.from(ids),
    logProbs: Float32Array.from(logProbs),
    samplingLogProbs: Float32Array.from(logProbs),
    stopReason,
    ...(probeLogProbs && { probeLogProbs }),
  };
}
