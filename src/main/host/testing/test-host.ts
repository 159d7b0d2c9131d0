import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import type { ModelInspection } from '@contracts/models';
import { WorkbenchError } from '@core/errors';
import { composeHost, type Host, type HostOptions } from '../compose';
import type { ModelReader } from '../services/context';
import type { DeviceProbe } from '../services/devices';
import { upsertCheckpoint } from '../store/repositories/checkpoints';
import { insertProject } from '../store/repositories/projects';
import { insertQuestionSet } from '../store/repositories/question-sets';
import { FakeEngine } from './fake-engine';

/** A folder of its own for one test. */
export function makeTestFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'workbench-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const INSPECTION: ModelInspection = {
  path: '',
  format: 'folder',
  suggestedName: 'tiny',
  architecture: 'llama',
  parameterCount: 1000,
  sizeBytes: 4000,
  storedDtypes: ['F32'],
  tokenizerSize: 10,
  vocabSize: 16,
  spareRows: 6,
  tieWordEmbeddings: true,
  maxPositions: 64,
  hiddenSize: 8,
  numLayers: 1,
  hasChatTemplate: true,
  hasFunctionalTokens: false,
  warnings: [],
};

/** Stands for models whose files a test does not have. */
const NO_MODELS: ModelReader = {
  inspect: (path) => Promise.resolve({ ...INSPECTION, path }),
  look: (path) => Promise.resolve({ kind: 'model', model: { ...INSPECTION, path } }),
  config: () => Promise.resolve(null),
  readRows: (path) =>
    Promise.reject(new WorkbenchError('not_found', `${path} has no weights.`, { code: 'weights-missing' })),
  tokenizer: (path) =>
    Promise.reject(new WorkbenchError('not_found', `${path} has no tokenizer.`, { code: 'tokenizer-missing' })),
};

/** A machine without a graphics card. */
export const NO_CARD: DeviceProbe = {
  listDevices: async () => [{ backend: 'cpu', name: 'Processor', isSoftware: false, isSupported: true, note: '' }],
  testDevice: async () => ({ hasPassed: false, reason: 'There is no card.', differences: null }),
};

/** A host in a folder of its own, with engines that the test plays. */
export class TestHost {
  readonly folder: string;
  readonly engines: FakeEngine[] = [];
  readonly host: Host;
  nowMs = 1_000_000;
  readonly #waiting: ((engine: FakeEngine) => void)[] = [];

  constructor(folder: string, options: Partial<HostOptions> = {}) {
    this.folder = folder;
    this.host = composeHost({
      dataFolder: join(folder, 'data'),
      resourcesFolder: 'resources',
      shell: 'none',
      models: NO_MODELS,
      deviceProbe: NO_CARD,
      clock: { nowMs: () => this.nowMs },
      timings: { cancelGraceMs: 20, exitGraceMs: 20 },
      spawnEngine: () => {
        const engine = new FakeEngine();
        this.engines.push(engine);
        for (const resolve of this.#waiting.splice(0)) resolve(engine);
        return engine;
      },
      ...options,
    });
  }

  get services() {
    return this.host.services;
  }

  /** The calls as a window makes them, schemas and all. */
  get client() {
    return createRouterClient(this.host.router);
  }

  /** The engine that works now, or the next one to start once it has its job. */
  engine(): Promise<FakeEngine> {
    const newest = this.engines.at(-1);
    if (newest && !newest.hasExited) return Promise.resolve(newest);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A project with a checkpoint that has the functional tokens and a set of three questions. */
  makeProject(name = 'Test'): { projectId: ProjectId; checkpointId: CheckpointId; questionSetId: QuestionSetId } {
    const { db, newId } = this.services;
    const projectId = newId('project') as ProjectId;
    const checkpointId = newId('checkpoint') as CheckpointId;
    const questionSetId = newId('questions') as QuestionSetId;
    const modelFolder = join(this.folder, 'model');
    mkdirSync(modelFolder, { recursive: true });
    writeFileSync(join(modelFolder, 'config.json'), '{}');
    insertProject(db, { id: projectId, name, createdAtMs: this.nowMs, isDemo: false });
    upsertCheckpoint(db, {
      id: checkpointId,
      projectId,
      name: 'base',
      origin: 'import',
      runId: null,
      parentId: null,
      step: null,
      isFinal: true,
      path: modelFolder,
      format: 'folder',
      adapterPath: null,
      architecture: 'llama',
      parameterCount: 1000,
      vocabSize: 64,
      sizeBytes: 4000,
      hasFunctionalTokens: true,
      tokenSet: null,
      promptSet: 'instruct',
      plainPrompts: [''],
      createdAtMs: this.nowMs,
    });
    const rows = [1, 2, 3].map((n) => ({
      id: `q${n}`,
      prompt: `What is ${n} + ${n}?`,
      referenceAnswer: String(2 * n),
    }));
    insertQuestionSet(
      db,
      {
        id: questionSetId,
        projectId,
        name: 'three',
        role: 'train',
        count: 3,
        source: 'test',
        createdAtMs: this.nowMs,
      },
      rows,
    );
    return { projectId, checkpointId, questionSetId };
  }
}

/** A search job with the defaults. */
export function searchSpec(made: { checkpointId: CheckpointId; questionSetId: QuestionSetId }): JobSpec {
  return JobSpec.parse({ kind: 'search', ...made, config: {} });
}
