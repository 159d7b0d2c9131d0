import { z } from 'zod';

/** A server that speaks the OpenAI completions API, and what may be asked of it. Keys are never part of it. */
export const RemoteServerSchema = z.object({
  name: z.string().trim().min(1).max(80),
  /** Up to and with the version, e.g. `http://localhost:8080/v1`. */
  url: z
    .string()
    .trim()
    .regex(
      /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/i,
      'An address such as http://localhost:8080/v1, without a key in it.',
    ),
  /** The name under which the server knows the model. */
  model: z.string().trim().min(1).max(200),
  maxInFlight: z.int().min(1).max(256).default(8),
  requestsPerMinute: z.int().min(1).nullable().default(null),
  tokensPerMinute: z.int().min(1).nullable().default(null),
  /** Seconds until an answer that does not come counts as lost. */
  timeoutSeconds: z.int().min(1).max(3600).default(120),
  /** Times that a request is sent before it is given up. */
  maxTries: z.int().min(1).max(20).default(6),
  /** Tokens of one run, prompts and answers together; null for no bound. */
  budgetTokens: z.int().min(1).nullable().default(null),
  /** Price of a million tokens that are read, and of a million that are written. */
  pricePromptPerMillion: z.number().min(0).default(0),
  priceNewPerMillion: z.number().min(0).default(0),
  /** What one run may cost, in the currency of the prices; null for no bound. */
  budgetMoney: z.number().positive().nullable().default(null),
});
export type RemoteServer = z.infer<typeof RemoteServerSchema>;

/** What a run asked of a server. */
export interface RemoteUsage {
  /** Requests that were answered. */
  readonly requests: number;
  /** Requests that were sent again. */
  readonly retries: number;
  readonly promptTokens: number;
  readonly newTokens: number;
}

/** What so many tokens cost at the prices of a server. */
export function costOf(server: RemoteServer, usage: Pick<RemoteUsage, 'promptTokens' | 'newTokens'>): number {
  return (usage.promptTokens * server.pricePromptPerMillion + usage.newTokens * server.priceNewPerMillion) / 1_000_000;
}
