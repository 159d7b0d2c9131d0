import type { Proportion } from '@contracts/evaluations';
import type { RoadReport } from './walk-road';

/** What `--json` writes; accuracies are fractions of 1. */
export interface DemoReport {
  readonly seed: number;
  readonly quick: boolean;
  readonly stages: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly tokens: number;
    readonly [figure: string]: number | string | boolean | null;
  }[];
  readonly rungs: readonly { readonly name: string; readonly accuracy: Proportion; readonly tokensPerAnswer: number }[];
  readonly comparison: {
    readonly before: number;
    readonly after: number;
    readonly difference: number;
    readonly low: number;
    readonly high: number;
    readonly pValue: number;
    readonly questions: number;
  };
  readonly exportFolder: string;
}

/** The report of a road as plain data. */
export function toDemoReport(report: RoadReport, run: { readonly seed: number; readonly quick: boolean }): DemoReport {
  const { comparison } = report;
  return {
    seed: run.seed,
    quick: run.quick,
    stages: report.stages.map(({ name, seconds, tokens, figures }) => ({
      ...figures,
      name,
      seconds: round(seconds, 2),
      tokens,
    })),
    rungs: report.rungs.map(({ name, evaluation }) => ({
      name,
      accuracy: evaluation.accuracy,
      tokensPerAnswer: evaluation.tokensPerAnswer,
    })),
    comparison: {
      before: comparison.firstAccuracy.value,
      after: comparison.secondAccuracy.value,
      difference: comparison.difference.value,
      low: comparison.difference.low,
      high: comparison.difference.high,
      pValue: comparison.pValue,
      questions: comparison.sharedQuestions,
    },
    exportFolder: report.exportFolder,
  };
}

/** The report as lines of text: stages with seconds and tokens, then accuracy after each rung, then the paired test. */
export function renderReport(report: RoadReport, options: { readonly quick: boolean }): string {
  const stages = table(
    ['stage', 'seconds', 'tokens', 'made'],
    report.stages.map((stage) => [
      stage.name,
      stage.seconds.toFixed(1),
      stage.tokens > 0 ? stage.tokens.toLocaleString('en') : '–',
      describeFigures(stage.figures),
    ]),
  );
  const rungs = table(
    ['accuracy on unseen questions', '%', '95 % interval', 'questions', 'tokens/answer'],
    report.rungs.map(({ name, evaluation }) => [
      name,
      percent(evaluation.accuracy.value),
      `${percent(evaluation.accuracy.low)} – ${percent(evaluation.accuracy.high)}`,
      String(evaluation.accuracy.count),
      evaluation.tokensPerAnswer.toFixed(0),
    ]),
  );
  const { comparison } = report;
  const paired =
    `Paired comparison, last against first: ${signed(comparison.difference.value)} points ` +
    `(95 % interval ${signed(comparison.difference.low)} to ${signed(comparison.difference.high)}), ` +
    `${comparison.won} won, ${comparison.lost} lost, p = ${comparison.pValue.toPrecision(2)} (exact McNemar test, ${comparison.sharedQuestions} questions).`;
  const caution = options.quick
    ? '\nA quick run shows that every stage works; it is too small to say anything about accuracy.'
    : '';
  return `${stages}\n\n${rungs}\n\n${paired}${caution}\n\nExported checkpoint: ${report.exportFolder}`;
}

/** Columns padded to their widest cell; the first left, numbers right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 || column === head.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function describeFigures(figures: Readonly<Record<string, number | string | boolean | null>>): string {
  return Object.entries(figures)
    .filter(([name, value]) => name !== 'tokens' && typeof value === 'number')
    .slice(0, 4)
    .map(
      ([name, value]) =>
        `${typeof value === 'number' ? round(value, 3).toLocaleString('en') : ''} ${name.replace(/([A-Z])/g, ' $1').toLowerCase()}`,
    )
    .join(', ');
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function signed(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)}`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
