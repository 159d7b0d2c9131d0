import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { projectRoot } from './local-host';

/** Rows that a run leaves in the store, written while no workbench has it open: what takes minutes to make and is only looked at here. */
export class RunSeed {
  readonly #db: Sqlite.Database;
  readonly #folder: string;
  #now = Date.now() - 3_600_000;

  constructor(userData: string) {
    this.#folder = join(userData, 'workbench');
    this.#db = new Sqlite(join(this.#folder, 'workbench.db'));
    this.#db.pragma('foreign_keys = ON');
  }

  close(): void {
    this.#db.close();
  }

  /** Id of the one project, of its first checkpoint and of a question set. */
  get ground(): { projectId: string; checkpointId: string; questionSetId: string } {
    const only = (table: string, where = '') =>
      String(this.#db.prepare(`SELECT id FROM ${table} ${where} ORDER BY rowid LIMIT 1`).pluck().get());
    return {
      projectId: only('projects'),
      checkpointId: only('checkpoints'),
      questionSetId: only('question_sets', `WHERE role = 'test'`),
    };
  }

  /** A run with its folder. */
  run(
    id: string,
    kind: string,
    status: string,
    spec: object,
    more: { error?: object; estimate?: object; hasFolder?: boolean } = {},
  ): void {
    const { projectId, checkpointId, questionSetId } = this.ground;
    const folder = join(this.#folder, 'runs', id);
    if (more.hasFolder !== false) {
      mkdirSync(join(folder, 'state'), { recursive: true });
      writeFileSync(join(folder, 'job.json'), '{}');
    }
    this.#now += 60_000;
    this.#db
      .prepare(
        `INSERT INTO runs (id, project_id, kind, name, status, spec_json, seed, versions_json, progress_json, error_json, result_json, active_ms,
           created_at_ms, started_at_ms, finished_at_ms, folder, estimate_json, peak_memory_bytes)
         VALUES ($id, $projectId, $kind, $name, $status, $spec, 1, '{"workbench":"seeded"}', NULL, $error, '{}', 90000, $now, $now, $end, $folder, $estimate, 512000000)`,
      )
      .run({
        id,
        projectId,
        kind,
        name: id,
        status,
        spec: JSON.stringify({ kind, checkpointId, ...spec }),
        error: more.error ? JSON.stringify(more.error) : null,
        now: this.#now,
        end: this.#now + 90_000,
        folder,
        estimate: more.estimate ? JSON.stringify(more.estimate) : null,
      });
    this.#db
      .prepare('INSERT INTO run_parents (run_id, checkpoint_id, question_set_id) VALUES (?, ?, ?)')
      .run(id, checkpointId, questionSetId);
  }

  metrics(runId: string, rows: readonly { step: number; values: Readonly<Record<string, number>> }[]): void {
    const insert = this.#db.prepare('INSERT INTO metrics (run_id, name, step, value) VALUES (?, ?, ?, ?)');
    this.#db.transaction(() => {
      for (const { step, values } of rows)
        for (const [name, value] of Object.entries(values)) insert.run(runId, name, step, value);
    })();
  }

  alarm(runId: string, alarm: { detector: string; step: number; figures: object[]; words: string }): void {
    this.#db
      .prepare(`INSERT INTO run_events (run_id, key, kind, step, at_ms, alarm_json) VALUES (?, ?, 'alarm', ?, ?, ?)`)
      .run(runId, `alarm ${alarm.detector} ${alarm.step}`, alarm.step, this.#now, JSON.stringify(alarm));
  }

  sample(runId: string, sample: { step: number; questionId: string; text: string; isRight: boolean }): void {
    const whole = {
      prompt: 'What is 3 + 4?',
      referenceAnswer: '7',
      reward: null,
      rewardParts: {},
      source: 'watched',
      ...sample,
    };
    this.#db
      .prepare('INSERT INTO samples (run_id, step, question_id, sample_json) VALUES (?, ?, ?, ?)')
      .run(runId, sample.step, sample.questionId, JSON.stringify(whole));
  }

  log(runId: string, level: string, message: string): void {
    this.#db
      .prepare('INSERT INTO logs (run_id, at_ms, level, message) VALUES (?, ?, ?, ?)')
      .run(runId, this.#now, level, message);
  }

  /** An evaluation of the first checkpoint: answers with the checker's verdicts. */
  evaluation(
    id: string,
    answers: readonly { answer: string; reference: string; isRight: boolean }[],
    config: object = {},
  ): void {
    this.run(id, 'evaluate', 'finished', { questionSetId: this.ground.questionSetId, config });
    const item = this.#db.prepare(
      `INSERT INTO evaluation_items (run_id, question_id, prompt, reference_answer, response, answer, is_right, why, tokens)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 20)`,
    );
    answers.forEach(({ answer, reference, isRight }, i) =>
      item.run(
        id,
        `q${i}`,
        `Question ${i}`,
        reference,
        `<next_step>\nthink of ${answer}\n</next_step>\n<output>\n${answer}\n</output>`,
        answer,
        isRight ? 1 : 0,
        isRight ? 'Equal as numbers.' : 'Not the same.',
      ),
    );
    const value = answers.filter(({ isRight }) => isRight).length / answers.length;
    const accuracy = { value, low: Math.max(0, value - 0.2), high: Math.min(1, value + 0.2), count: answers.length };
    this.#db
      .prepare(
        `INSERT INTO evaluations (id, project_id, run_id, mode, plain_prompt, accuracy_json, coverage_json, vote_json, budget, tokens_per_answer,
           seconds, created_at_ms) VALUES (?, ?, ?, 'greedy', '', ?, NULL, NULL, 1, 20, 4, ?)`,
      )
      .run(`evaluation-${id}`, this.ground.projectId, id, JSON.stringify(accuracy), this.#now);
  }
}

/** Metrics of a training that was recorded for the tests of the guard. */
export function recordedRows(name: string): { step: number; values: Record<string, number> }[] {
  const file = join(projectRoot, 'src/core/train/guard/recordings', `${name}.json`);
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as {
    rows: { step: number; values: Record<string, number> }[];
  };
  return rows;
}
