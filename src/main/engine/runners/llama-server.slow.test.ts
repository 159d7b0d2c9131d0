import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '@core/ports';
import { createRng } from '@core/random/rng';
import { createRemoteGenerator } from '@core/remote/remote-generator';
import { RemoteServerSchema } from '@core/remote/server';
import { openLanguageModel } from '../language-model';
import { OrtExecutor } from '../ort-executor';
import { callServer, createTransport } from '../remote-transport';
import { searchOnServer } from '../testing/search-on-server';

/** llama.cpp's own server: `WORKBENCH_LLAMA_SERVER`, or the one of the search path; see bench/README.md. */
const COMMAND = process.env['WORKBENCH_LLAMA_SERVER'] ?? 'llama-server';
/** Python with llama-cpp-python[server]. */
const PYTHON = process.env['WORKBENCH_PEER_PYTHON'] ?? resolve('.peers/venv/bin/python');
const FOLDER = join(process.env['WORKBENCH_MODELS'] ?? '../shared/models', 'smollm2-135m-instruct');
const FILE = existsSync(FOLDER) ? readdirSync(FOLDER).find((name) => name.endsWith('.gguf')) : undefined;

interface Program {
  readonly missing: string | null;
  start(gguf: string): Promise<{ readonly child: ChildProcess; readonly url: string }>;
}

/** llama.cpp as it is served here. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  'llama.cpp’s own server': {
    missing: hasCommand() ? null : `there is no command ${COMMAND} (WORKBENCH_LLAMA_SERVER)`,
    async start(gguf) {
      const port = await freePort();
      const settings = ['--model', gguf, '--host', '127.0.0.1', '--port', String(port), '--ctx-size', '4096'];
      const child = spawn(COMMAND, [...settings, '--parallel', '2', '--threads', '2'], { stdio: 'ignore' });
      return { child, url: `http://127.0.0.1:${port}/v1` };
    },
  },
  'the server of llama-cpp-python': {
    missing: hasPythonServer() ? null : `${PYTHON} has no llama-cpp-python[server]`,
    async start(gguf) {
      const port = await freePort();
      const settings = ['--model', gguf, '--port', String(port), '--n_ctx', '2048', '--logits_all', 'true'];
      const child = spawn(PYTHON, ['-m', 'llama_cpp.server', ...settings], { stdio: 'ignore' });
      return { child, url: `http://127.0.0.1:${port}/v1` };
    },
  },
};

describe.each(Object.entries(PROGRAMS))('%s', (_, program) => {
  const missing = FILE === undefined ? `no GGUF file in ${FOLDER}` : program.missing;
  describe.skipIf(missing !== null)(`as a policy${missing === null ? '' : ` (not here: ${missing})`}`, () => {
    const path = resolve(FOLDER, FILE ?? '');
    let folder: string;
    let server: Awaited<ReturnType<Program['start']>>;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'llama-server-'));
      server = await program.start(path);
      await untilReady(server.url);
    });
    afterAll(() => {
      server.child.kill();
      rmSync(folder, { recursive: true, force: true });
    });

    it('grows trees of real questions, with log-probabilities that hold', async () => {
      const { settled, trees } = await searchOnServer({
        ...{ folder, model: path, promptSet: 'instruct', questions: 1 },
        server: { url: server.url, model: 'default', timeoutSeconds: 300, maxInFlight: 4 },
        config: { numSimulations: 2, maxStepTokens: 24, maxAnswerTokens: 32 },
      });
      expect(settled.error).toBeNull();
      expect(trees).toHaveLength(1);
      for (const { nodes } of trees) {
        const written = nodes.filter(({ text, tokenCount }) => text !== '' && tokenCount > 0);
        expect(written.length).toBeGreaterThan(1);
        for (const { logProbSum } of written) expect(logProbSum).toBeLessThan(0);
      }
    });

    it('tells the log-probabilities that the same weights have here, but for its coarser products', async () => {
      const model = await openLanguageModel(path, { executor: new OrtExecutor() });
      const generator = createRemoteGenerator({
        server: RemoteServerSchema.parse({ name: 'Ours', url: server.url, model: 'default', timeoutSeconds: 300 }),
        tokenizer: model.tokenizer,
        maxContext: model.config.maxPositions,
        transport: createTransport({ url: server.url, key: null }),
        clock: { nowMs: () => performance.now(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) },
        rng: createRng('waits'),
        cancel: NEVER_CANCELLED,
      });
      const prefixIds = model.tokenizer.encode('The capital of France is');
      const request = { prefixIds, maxNewTokens: 24, temperature: 0, stopIds: [] };
      const { ids, logProbs } = await generator.generate(request);
      expect(ids.length).toBeGreaterThan(8);
      const trainer = await model.createTrainer({
        mode: { kind: 'frozen' },
        checkpointing: false,
        maxTokensPerMicroBatch: 256,
      });
      const [exact] = await trainer.logProbs([{ ids: Int32Array.from([...prefixIds, ...ids]) }]);
      const gaps = [...logProbs].map((value, at) => Math.abs(value - exact![prefixIds.length + at]!));
      expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(0.15);
      await trainer.dispose();
      model.dispose();
    });
  });
});

function hasCommand(): boolean {
  return spawnSync(COMMAND, ['--version'], { timeout: 60_000 }).status === 0;
}

function hasPythonServer(): boolean {
  return existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import llama_cpp.server'], { timeout: 60_000 }).status === 0;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo; // a server that listens on a port has one
      probe.close(() => done(port));
    });
  });
}

async function untilReady(url: string): Promise<void> {
  for (let second = 0; second < 120; second++) {
    const answer = await callServer({ url, key: null }, 'models', { timeoutMs: 2000 }).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((wait) => setTimeout(wait, 1000));
  }
  throw new Error('The server did not come up within two minutes.');
}
