import { useQuery } from '@tanstack/react-query';
import type { Run, RunYield } from '@contracts/runs';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { formatInteger, formatPercent } from '../../lib/format';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { parseResponse } from '../../tokens/parse-response';
import { Loaded } from '../../ui/Loaded';
import { Disclosure, Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const words = texts.yield;

/** Kinds of runs that make data. */
export const MAKES_DATA: ReadonlySet<Run['kind']> = new Set(['search', 'examples']);

/** While it works it is looked at this often; what counts is told after each tree or round. */
const LOOK_MS = 2000;

/** What making data has come to: solved, pairs, examples, and what came to nothing and why. */
export function YieldPanel({ run }: { readonly run: Run }) {
  const isWorking = run.status === 'running' || run.status === 'pausing';
  const found = useQuery({
    ...api.runs.yield.queryOptions({ input: { id: run.id } }),
    refetchInterval: isWorking ? LOOK_MS : false,
  });
  return (
    <Panel title={words.title}>
      <Loaded query={found}>
        {(data) => (
          <>
            <Counts run={run} found={data} />
            {data.reasons.length > 0 && <Reasons run={run} reasons={data.reasons} />}
            {data.reasons.length === 0 && data.trees > 0 && <p className="run-quiet">{words.nothingRejected}</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Counts({ run, found }: { readonly run: Run; readonly found: RunYield }) {
  const { trees, wanted, solved, pairs, examples, nextRunId } = found;
  const base = run.kind === 'search' ? trees : (wanted ?? trees);
  const share = (part: number) => (base === 0 ? '' : ` (${formatPercent(part / base)})`);
  return (
    <>
      <dl className="run-numbers">
        <Count name={run.kind === 'search' ? words.trees : words.treesRead} value={countOf(trees, wanted)} />
        <Count name={words.solved} value={`${formatInteger(solved)}${share(solved)}`} />
        <Count name={words.pairs} value={`${formatInteger(pairs)}${share(pairs)}`} />
        {examples && (
          <>
            <Count name={examples.isChosen ? words.examples : words.candidates} value={formatInteger(examples.all)} />
            <Count name={words.mended} value={formatInteger(examples.mended)} />
          </>
        )}
      </dl>
      {run.kind === 'search' && (
        <p className="run-quiet">
          {nextRunId === null ? (
            words.examplesLater
          ) : (
            <a href={href('run', { projectId: run.projectId, runId: nextRunId })}>{words.examplesNext}</a>
          )}
        </p>
      )}
    </>
  );
}

function Count({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function countOf(done: number, wanted: number | null): string {
  return wanted === null ? formatInteger(done) : words.of(formatInteger(done), formatInteger(wanted));
}

function Reasons({ run, reasons }: { readonly run: Run; readonly reasons: RunYield['reasons'] }) {
  return (
    <section aria-label={words.rejected}>
      <h3>{words.rejected}</h3>
      {reasons.map(({ reason, count, some }) => (
        <Disclosure
          key={reason}
          summary={
            <>
              <span className="yield-count">{formatInteger(count)}</span> {reasonWords(reason)}
            </>
          }
        >
          <ul className="yield-some">
            {some.map(({ questionId, prompt, treeId, text }, at) => (
              <li key={at}>
                <p>
                  {treeId === null ? (
                    prompt || questionId
                  ) : (
                    <a href={href('tree', { projectId: run.projectId, treeId })}>{prompt}</a>
                  )}
                </p>
                {text !== '' && <ReasoningBlocks blocks={parseResponse(text)} label={reasonWords(reason)} />}
              </li>
            ))}
          </ul>
          <p className="run-quiet">
            {some.length === 0
              ? words.notKept
              : count > some.length && words.firstOf(formatInteger(some.length), formatInteger(count))}{' '}
            {TREE_FILTERS[reason] !== undefined && run.kind === 'search' && (
              <a href={href('trees', { projectId: run.projectId }, { run: run.id, show: TREE_FILTERS[reason] })}>
                {words.showAll}
              </a>
            )}
          </p>
        </Disclosure>
      ))}
    </section>
  );
}

/** Where all trees of a reason are listed. */
const TREE_FILTERS: Readonly<Record<string, string>> = { 'no-right-path': 'unsolved', 'no-wrong-path': 'all-right' };

/** A reason that this window has no words for is shown by its name. */
function reasonWords(reason: string): string {
  const known: Readonly<Record<string, string>> = words.reasons;
  return known[reason] ?? reason;
}
