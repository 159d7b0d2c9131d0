import { writeFileSync } from 'node:fs';
import { fromRpcError } from '@contracts/rpc-errors';
import { toEnvelope } from '@core/errors';
import type { DemoArguments } from './arguments';
import { ProgressLine } from './progress-line';
import { renderReport, toDemoReport } from './report';
import { walkRoad, type RoadStart } from './walk-road';
import { openSession, type WorkbenchSession } from './workbench-session';

/** What a demo says before the road: project, model and question sets, and how much of each. */
export type RoadPreparation = (session: WorkbenchSession) => Promise<Omit<RoadStart, 'client' | 'onRun'>>;

/** Runs a demo from arguments to report; the exit code says whether it came to its end. */
export async function runRoad(
  parse: () => DemoArguments,
  prepare: (args: DemoArguments) => RoadPreparation,
): Promise<void> {
  let session: WorkbenchSession | null = null;
  try {
    const args = parse();
    session = openSession(args.data);
    const startedMs = performance.now();
    say(`Everything is kept in ${session.dataFolder}`);
    const start = await prepare(args)(session);
    const line = new ProgressLine({
      isTerminal: process.stdout.isTTY,
      columns: process.stdout.columns ?? 80,
      write: (text) => void process.stdout.write(text),
      nowMs: () => performance.now(),
    });
    const report = await walkRoad({ ...start, client: session.client, onRun: (stage, run) => line.show(stage, run) });
    say(`\n${renderReport(report, { quick: args.quick })}`);
    say(
      `Whole road: ${((performance.now() - startedMs) / 60_000).toFixed(1)} minutes. Open the workbench with npm start to look at every tree, example and chart.`,
    );
    if (args.json !== null) writeFileSync(args.json, `${JSON.stringify(toDemoReport(report, args), null, 2)}\n`);
  } catch (error) {
    process.exitCode = 1;
    sayError(error);
  } finally {
    await session?.close();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** An error in its parts; the technical text only where the program itself is to blame. */
export function sayError(error: unknown): void {
  const { kind, message, facts, technical } = toEnvelope(fromRpcError(error));
  const lines = [
    `\n${message}`,
    facts.where && `Where: ${facts.where}`,
    facts.kept && `Kept: ${facts.kept}`,
    facts.wayOut && `What to do: ${facts.wayOut}`,
  ];
  if (kind === 'internal') lines.push(technical);
  process.stderr.write(`${lines.filter(Boolean).join('\n')}\n`);
}
