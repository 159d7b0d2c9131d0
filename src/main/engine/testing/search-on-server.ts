import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EngineJob, type FromEngine, type TreeRecord } from '@contracts/engine-protocol';
import { RUNNERS } from '../runners';
import { serveJob } from '../serve-job';

export interface SearchOnServer {
  /** The run's folder. */
  readonly folder: string;
  readonly server: Readonly<Record<string, unknown>> & { readonly url: string };
  readonly key?: string;
  readonly config?: object;
  readonly questions?: number;
  /** The model whose template and tokenizer word the prompts. */
  readonly model?: string;
  readonly promptSet?: string;
}

/** Runs a whole search job as the engine process does, with the host's part played here. */
export async function searchOnServer({
  folder,
  questions = 3,
  model = 'resources/models/workbook-2m',
  promptSet = 'workbook',
  ...given
}: SearchOnServer) {
  const input = join(folder, 'input');
  mkdirSync(input, { recursive: true });
  const rows = Array.from({ length: questions }, (_, at) => ({
    ...{ id: `q${at}`, prompt: `Tom has ${at} apples and buys 3 . How many ?`, referenceAnswer: String(at + 3) },
  }));
  const path = join(input, 'questions.jsonl');
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  const config = { promptSet, numSimulations: 3, maxDepth: 4, concurrentTrees: 2, ...given.config };
  const job = EngineJob.parse({
    ...{ runId: 'run', folder, seed: 1, threads: 1, promptsFolder: resolve('resources/prompts') },
    spec: { kind: 'search', checkpointId: 'c', questionSetId: 's', config },
    model: {
      ...{
        path: resolve(model),
        format: model.endsWith('.gguf') ? 'gguf' : 'folder',
        adapterPath: null,
        name: 'model',
      },
      ...{ promptSet, plainPrompts: [''], lineage: [] },
    },
    inputs: { questions: path, trees: null, examples: null, heldOut: null },
    server: { name: 'Ours', model: 'm', timeoutSeconds: 1, maxTries: 4, ...given.server },
  });
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
  const said: FromEngine[] = [];
  await new Promise<void>((done) => {
    let hear: (message: unknown) => void = () => undefined;
    const channel = {
      post(message: FromEngine) {
        said.push(message);
        if (message.type === 'commit') queueMicrotask(() => hear({ type: 'ack', batch: message.batch }));
      },
      onMessage: (listener: (message: unknown) => void) => void (hear = listener),
    };
    serveJob(channel, RUNNERS, {
      ...{ nowMs: () => performance.now(), wallMs: () => 0, memoryBytes: () => null, versions: {} },
      ...{ processor: { physicalCores: 1, logicalCores: 1, source: 'assumed' }, lowerPriority: () => undefined },
      answerProbe: () => Promise.reject(new Error('nobody asks')),
      onSettled: done,
    });
    hear({ type: 'start', job, serverKey: given.key ?? null });
  });
  const settled = said.find((message) => message.type === 'settled');
  if (settled?.type !== 'settled') throw new Error('It never ended.');
  const records = said.flatMap((message) => (message.type === 'commit' ? message.records : []));
  return {
    settled,
    said,
    trees: records.filter((record): record is TreeRecord => record.type === 'tree'),
    log: said.flatMap((message) => (message.type === 'log' ? [message.line.message] : [])),
  };
}
