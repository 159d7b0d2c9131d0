import { WorkbenchError } from '@core/errors';
import type { Generator } from '@core/generation/generator';
import type { GraphExecutor } from '@core/ports';
import { createRng } from '@core/random/rng';
import { createRemoteGenerator } from '@core/remote/remote-generator';
import type { RemoteUsage } from '@core/remote/server';
import { costOf } from '@core/remote/server';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { functionalTokenIds, type FunctionalTokenIds } from '@core/tokens/token-ids';
import { openModel } from '../files/open-model';
import type { JobContext } from '../job-context';
import { createTransport } from '../remote-transport';
import { readJsonState, writeJsonAtomic } from '../run-state';
import { join } from 'node:path';
import { openJobModel, type OpenJobModelOptions } from './open-model';

/** What a search asks of the model that writes its steps, wherever that runs. */
export interface Policy {
  readonly generator: Generator;
  readonly tokenizer: Tokenizer;
  readonly maxPositions: number;
  /** What computes here; null where a server does. */
  readonly executor: GraphExecutor | null;
  /** @throws WorkbenchError `functional-tokens-missing` */
  requireTokens(): FunctionalTokenIds;
  /** Writes down what was asked of a server so far, so that a resumed run keeps to its budget. */
  saveUsage(): void;
  dispose(): Promise<void>;
}

type Needs = Pick<JobContext<'search'>, 'job' | 'serverKey' | 'stateFolder' | 'log' | 'cancel' | 'noteDevice'>;

/** Opens the model on this machine, or a server that the job names. */
export async function openPolicy(context: Needs, options: OpenJobModelOptions): Promise<Policy> {
  if (context.job.server !== null) return openServer(context);
  const model = await openJobModel(context, options);
  return {
    generator: model.generator,
    tokenizer: model.tokenizer,
    maxPositions: model.language.config.maxPositions,
    executor: model.executor,
    requireTokens: model.requireTokens,
    saveUsage: () => undefined,
    dispose: model.dispose,
  };
}

const USAGE_FILE = 'server-usage.json';

/** Of the checkpoint only what words the prompts is read: no weights. */
async function openServer(context: Needs): Promise<Policy> {
  const { server, model: origin } = context.job;
  if (server === null || origin === null)
    throw new WorkbenchError('internal', 'This job was started without a server.', { code: 'server-missing' });
  const { tokenizer, config } = await openModel(origin.path);
  const usagePath = join(context.stateFolder, USAGE_FILE);
  const spent = readJsonState(usagePath, (value) => value as RemoteUsage);
  const generator = createRemoteGenerator({
    server,
    tokenizer,
    maxContext: config.maxPositions,
    transport: createTransport({ url: server.url, key: context.serverKey }),
    clock: { nowMs: () => performance.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    rng: createRng(`waits:${process.pid}`),
    cancel: context.cancel,
    onRetry: (reason, tries, waitMs) =>
      context.log('warning', `“${server.name}”: ${reason}; try ${tries + 1} in ${(waitMs / 1000).toFixed(1)} s.`, {
        code: 'server-retry',
        values: { server: server.name, reason, tries: tries + 1, seconds: Math.round(waitMs / 100) / 10 },
      }),
    ...(spent && { spent }),
  });
  context.noteDevice(`${server.model} at ${server.url}`);
  context.log('info', `Steps are written by ${server.model} at ${server.url}, at most ${server.maxInFlight} at once.`, {
    code: 'server-writes',
    values: { model: server.model, url: server.url, inFlight: server.maxInFlight },
  });
  return {
    generator,
    tokenizer,
    maxPositions: config.maxPositions,
    executor: null,
    requireTokens: () => functionalTokenIds(tokenizer),
    saveUsage: () => writeJsonAtomic(usagePath, generator.usage),
    async dispose() {
      const { requests, retries, promptTokens, newTokens } = generator.usage;
      writeJsonAtomic(usagePath, generator.usage);
      const cost = costOf(server, generator.usage);
      const price = cost > 0 ? `, ${cost.toFixed(4)} at its prices` : '';
      context.log(
        'info',
        `“${server.name}” answered ${requests} requests (${retries} sent again): ${promptTokens} tokens read, ${newTokens} written${price}.`,
        { code: 'server-answered', values: { server: server.name, requests, retries, promptTokens, newTokens, cost } },
      );
      await generator.dispose();
    },
  };
}
