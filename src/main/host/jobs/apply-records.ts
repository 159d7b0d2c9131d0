import type { JobRecord } from '@contracts/engine-protocol';
import type { CheckpointId, DatasetId, EvaluationId, ExampleId, TreeId } from '@contracts/ids';
import type { Run, WorkbenchEvent } from '@contracts/runs';
import { upsertArtefact } from '../store/repositories/artefacts';
import { findCheckpoint, removeReplacedCheckpoint, upsertCheckpoint } from '../store/repositories/checkpoints';
import { upsertEvaluation, upsertEvaluationItem } from '../store/repositories/evaluations';
import { upsertExample } from '../store/repositories/example-insert';
import { ensureDataset } from '../store/repositories/examples';
import { upsertRejection } from '../store/repositories/rejections';
import { upsertAlarm } from '../store/repositories/run-events';
import { upsertMetrics, upsertSample } from '../store/repositories/telemetry';
import { findTreeId, upsertTree } from '../store/repositories/trees';
import { transaction, type WritableDb } from '../store/sql';

/** Makes ids of new rows: `newId('tree')`. */
export type NewId = (prefix: string) => string;

export interface RecordTarget {
  readonly db: WritableDb;
  readonly run: Run;
  readonly newId: NewId;
  readonly nowMs: number;
  /** Deletes a folder that the store no longer knows; called once the batch is on disk. Absent: it stays. */
  readonly removeFolder?: (path: string) => void;
}

/**
 * Stores a batch of an engine's records in one transaction: all or none. Every kind has a natural key, so a batch that comes again after a
 * kill replaces itself.
 * @returns the events to send once the transaction is on disk
 */
export function applyRecords(target: RecordTarget, records: readonly JobRecord[]): WorkbenchEvent[] {
  const doomed: string[] = [];
  const batch = { ...target, removeFolder: (path: string) => void doomed.push(path) };
  const stored = transaction(target.db, () => {
    const events: WorkbenchEvent[] = [];
    let trees = 0;
    const changed = new Set<Extract<WorkbenchEvent, { type: 'changed' }>['what']>();
    let hasSamples = false;
    for (const record of records) {
      store(batch, record);
      if (record.type === 'tree') trees++;
      if (record.type === 'sample') hasSamples = true;
      if (record.type === 'metrics') {
        events.push({ type: 'metricsAdded', runId: target.run.id, step: record.step, values: record.values });
      }
      if (record.type === 'alarm') events.push(...alarmEvents(target.run, record.alarm.words));
      const what = CHANGES[record.type];
      if (what) changed.add(what);
    }
    if (trees) events.push({ type: 'treesAdded', runId: target.run.id, count: trees });
    if (hasSamples) events.push({ type: 'samplesAdded', runId: target.run.id });
    for (const what of changed) events.push({ type: 'changed', what });
    return events;
  });
  for (const path of doomed) target.removeFolder?.(path);
  return stored;
}

function alarmEvents({ id, projectId, name }: Run, words: string): WorkbenchEvent[] {
  return [
    { type: 'runEventsChanged', runId: id },
    { type: 'alarmRaised', runId: id, projectId, runName: name, words },
  ];
}

type RecordType = JobRecord['type'];

/** Which list of the window each kind of record changes. */
const CHANGES: Readonly<Partial<Record<RecordType, Extract<WorkbenchEvent, { type: 'changed' }>['what']>>> = {
  checkpoint: 'checkpoints',
  checkpointReplaced: 'checkpoints',
  example: 'examples',
  evaluation: 'evaluations',
};

const STORE: { readonly [T in RecordType]: (target: RecordTarget, record: Extract<JobRecord, { type: T }>) => void } = {
  tree({ db, run, newId, nowMs }, record) {
    const owner = { newId: newId('tree') as TreeId, runId: run.id, projectId: run.projectId, nowMs };
    upsertTree(db, owner, record);
  },
  example({ db, run, newId, nowMs }, record) {
    const newDatasetId = newId('dataset') as DatasetId;
    const datasetId = ensureDataset(db, {
      newId: newDatasetId,
      projectId: run.projectId,
      runId: run.id,
      name: run.name,
      nowMs,
      tokenSet: run.parents.checkpointId ? (findCheckpoint(db, run.parents.checkpointId)?.tokenSet ?? null) : null,
    });
    const treeId = run.parents.runId && findTreeId(db, run.parents.runId, record.questionId);
    upsertExample(db, { newId: newId('example') as ExampleId, datasetId, treeId }, record);
  },
  rejection({ db, run }, record) {
    upsertRejection(db, run.id, record);
  },
  metrics({ db, run }, record) {
    upsertMetrics(db, run.id, record.step, record.values);
  },
  sample({ db, run }, record) {
    upsertSample(db, run.id, record.sample);
  },
  checkpoint({ db, run, newId, nowMs }, record) {
    upsertCheckpoint(db, {
      id: newId('checkpoint') as CheckpointId,
      projectId: run.projectId,
      runId: run.id,
      parentId: run.parents.checkpointId,
      name: record.name,
      origin: run.kind === 'import' ? 'import' : 'run',
      step: run.kind === 'import' ? null : record.step,
      isFinal: record.isFinal,
      path: record.path,
      format: record.path.toLowerCase().endsWith('.gguf') ? 'gguf' : 'folder',
      adapterPath: record.adapterPath,
      architecture: record.architecture,
      parameterCount: record.parameterCount,
      vocabSize: record.vocabSize,
      sizeBytes: record.sizeBytes,
      hasFunctionalTokens: record.hasFunctionalTokens,
      tokenSet: record.tokenSet,
      promptSet: record.promptSet,
      plainPrompts: record.plainPrompts,
      createdAtMs: nowMs,
    });
  },
  checkpointReplaced({ db, run, removeFolder }, record) {
    for (const path of removeReplacedCheckpoint(db, run.id, record.path)) removeFolder?.(path);
  },
  alarm({ db, run, nowMs }, record) {
    upsertAlarm(db, run.id, record.alarm, nowMs);
  },
  evaluationItem({ db, run }, record) {
    upsertEvaluationItem(db, run.id, record.item);
  },
  evaluation({ db, run, newId, nowMs }, record) {
    const place = { newId: newId('evaluation') as EvaluationId, projectId: run.projectId, runId: run.id, nowMs };
    upsertEvaluation(db, place, record);
  },
  artefact({ db, run }, record) {
    upsertArtefact(db, run.id, record);
  },
};

/** Looks the handler up by the record's own type, which is what the mapped type of the table promises. */
function store<T extends RecordType>(target: RecordTarget, record: Extract<JobRecord, { type: T }>): void {
  const handler = STORE[record.type as T];
  handler(target, record);
}
