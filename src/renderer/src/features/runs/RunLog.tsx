import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { RunId } from '@contracts/ids';
import type { LogLine } from '@contracts/runs';
import { api } from '../../lib/api';
import { formatInteger } from '../../lib/format';
import { SearchInput, Select } from '../../ui/inputs';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';
import { logSentences } from './texts/log.en';

type Level = 'all' | 'warning' | 'error';

/** Levels that each choice shows. */
const SHOWN: Readonly<Record<Level, readonly LogLine['level'][]>> = {
  all: ['info', 'warning', 'error'],
  warning: ['warning', 'error'],
  error: ['error'],
};
const LEVELS = (['all', 'warning', 'error'] as const).map((value) => ({ value, label: texts.logLevels[value] }));

/** What the engine wrote down, oldest first; warnings stand out by word and weight, and lines are found by level and text. */
export function RunLog({ runId }: { readonly runId: RunId }) {
  const logs = useQuery(api.runs.logs.queryOptions({ input: { id: runId, limit: 1000 } }));
  const [level, setLevel] = useState<Level>('all');
  const [search, setSearch] = useState('');
  const sought = useDeferredValue(search).trim().toLocaleLowerCase();
  const lines = logs.data ?? [];
  const shown = lines.filter(
    (line) => SHOWN[level].includes(line.level) && sayLine(line).toLocaleLowerCase().includes(sought),
  );
  return (
    <div id="run-log">
      <Panel
        title={texts.log}
        actions={
          lines.length > 0 && (
            <>
              <span className="run-quiet" role="status">
                {texts.logCount(formatInteger(shown.length), formatInteger(lines.length))}
              </span>
              <SearchInput
                aria-label={texts.logSearch}
                placeholder={texts.logSearch}
                value={search}
                onChange={(event) => setSearch(event.target.value)}
              />
              <Select aria-label={texts.logLevel} value={level} options={LEVELS} onChange={setLevel} />
            </>
          )
        }
      >
        {shown.length === 0 ? (
          <p className="run-quiet">{lines.length === 0 ? texts.logEmpty : texts.logNone}</p>
        ) : (
          <ol className="run-log" tabIndex={0} aria-label={texts.log}>
            {shown.map((line, i) => (
              <li key={i} data-level={line.level}>
                <time>{new Date(line.atMs).toLocaleTimeString()}</time>{' '}
                {line.level !== 'info' && <b>{texts.levelNames[line.level]}</b>} {sayLine(line)}
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </div>
  );
}

/** A line in the window's language; one that has no name, or a name of another version, as it was written. */
function sayLine({ message, words }: LogLine): string {
  const sentence = words && logSentences[words.code];
  return sentence ? sentence(words.values) : message;
}
