import { createInterface } from 'node:readline';
import { ENGINE_TASKS } from '../engine/our-tasks';
import { SEARCH_TASKS } from '../search/our-tasks';
import type { OurCommand, PreparedTask, Task } from './our-task';

/** Every task of ours by the name that a contest's command carries. */
const OUR_TASKS: Readonly<Record<string, Task>> = { ...ENGINE_TASKS, ...SEARCH_TASKS };

/** The child that does our side of a contest: a command on the first line, then one answer for each word. */
export async function serveBench(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { value: opening } = await lines.next();
  // The parent is this program and sends nothing else.
  const command = JSON.parse(String(opening)) as OurCommand;
  const task = OUR_TASKS[command.task];
  if (task === undefined) throw new Error(`There is no task "${command.task}".`);
  const prepared = await prepare(task, command);
  if (prepared === null) return;
  const { run, warm = run, about } = prepared;
  answer({ ready: true });
  for (let next = await lines.next(); next.done !== true; next = await lines.next())
    answer({ value: Number(await (next.value === 'warm' ? warm : run)()), ...(about && { about: about() }) });
}

/** The task ready to run; null when it cannot, once the parent has been told why. The parent then ends this process. */
async function prepare(task: Task, command: OurCommand): Promise<PreparedTask | null> {
  try {
    return await task(command);
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

function answer(record: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
