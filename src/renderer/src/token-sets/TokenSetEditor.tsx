import { useState } from 'react';
import type { TokenSetProblem } from '@core/tokens/check-token-set';
import { TOKEN_ROLES } from '@core/tokens/token-roles';
import type { TokenSetData } from '@core/tokens/token-set';
import { TokenMark } from '../tokens/TokenMark';
import { factsOf, roleFacts } from '../tokens/token-facts';
import { Button } from '../ui/Button';
import { Select } from '../ui/inputs';
import { Mark } from '../ui/marks';
import { Disclosure } from '../ui/Panel';
import { Table, type Column } from '../ui/Table';
import { describeProblem } from './describe';
import { addToken, changeToken, QUESTION, removeToken, renameToken, toggleFollow } from './edit-set';
import { GrammarGraph } from './GrammarGraph';
import { GrammarMatrix } from './GrammarMatrix';
import { TokenForm } from './TokenForm';
import { texts } from './texts/en';
import './token-sets.css';

type Token = TokenSetData['tokens'][number];

/** A token set: its tokens as a table, the chosen one as a form, the grammar as a graph and as a table, and what is wrong with it. */
export function TokenSetEditor({
  set,
  problems,
  onChange,
}: {
  readonly set: TokenSetData;
  readonly problems: readonly TokenSetProblem[];
  readonly onChange: (set: TokenSetData) => void;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [looked, setLooked] = useState<string>(QUESTION);
  const [past, setPast] = useState<readonly TokenSetData[]>([]);
  const token = set.tokens.find(({ name }) => name === chosen) ?? null;
  const change = (next: TokenSetData): void => {
    setPast([...past.slice(-49), set]);
    onChange(next);
  };
  const choose = (name: string): void => {
    setChosen(name);
    setLooked(name);
  };
  const columns: readonly Column<Token>[] = [
    {
      id: 'token',
      title: texts.columns.token,
      width: '24%',
      cell: (row) => (
        <button
          type="button"
          className="token-link"
          aria-pressed={row.name === chosen}
          onClick={(event) => {
            event.stopPropagation();
            choose(row.name);
          }}
        >
          <TokenMark kind={row.name} token={row} />
        </button>
      ),
    },
    { id: 'tags', title: texts.columns.tags, cell: (row) => <code>{`${row.open} … ${row.close}`}</code> },
    { id: 'role', title: texts.columns.role, width: '22%', cell: (row) => roleFacts(row.role).label },
    {
      id: 'start',
      title: texts.columns.start,
      width: '20%',
      cell: (row) =>
        row.start ? texts.starts[row.start.kind].label : <span className="muted">{texts.asSettings}</span>,
    },
  ];
  return (
    <div className="stack">
      <section className="stack" aria-label={texts.tokens}>
        <div className="row">
          <h2>{texts.tokens}</h2>
          <span className="token-tools">
            <Select
              aria-label={texts.add}
              value=""
              placeholder={texts.add}
              options={TOKEN_ROLES.map((role) => ({ value: role, label: roleFacts(role).label }))}
              onChange={(role) => {
                const added = addToken(set, role);
                change(added.set);
                choose(added.name);
              }}
            />
            {past.length > 0 && (
              <Button
                look="quiet"
                onClick={() => {
                  const before = past.at(-1);
                  setPast(past.slice(0, -1));
                  if (before) onChange(before);
                }}
              >
                {texts.undo}
              </Button>
            )}
          </span>
        </div>
        <Table
          caption={texts.tokens}
          columns={columns}
          rows={set.tokens}
          rowKey={({ name }) => name}
          selectedKey={chosen}
          onSelect={({ name }) => choose(name)}
        />
        {token && (
          <section className="token-chosen" aria-label={texts.form.title(factsOf(token).label)}>
            <TokenForm
              key={set.tokens.indexOf(token)}
              token={token}
              names={set.tokens.map(({ name }) => name)}
              onChange={(part) => change(changeToken(set, token.name, part))}
              onRename={(name) => {
                change(renameToken(set, token.name, name));
                choose(name);
              }}
            />
            {set.tokens.length > 1 && (
              <Button
                look="quiet"
                onClick={() => {
                  change(removeToken(set, token.name));
                  setChosen(null);
                  setLooked(QUESTION);
                }}
              >
                {texts.removeToken(factsOf(token).label)}
              </Button>
            )}
          </section>
        )}
        <Problems set={set} problems={problems} onChoose={choose} />
      </section>
      <section className="stack" aria-label={texts.grammar}>
        <h2>{texts.grammar}</h2>
        <p className="muted small">{texts.grammarHelp}</p>
        <GrammarGraph
          set={set}
          selected={looked}
          onSelect={setLooked}
          onToggle={(from, to) => change(toggleFollow(set, from, to))}
        />
        <Disclosure summary={texts.matrix.title}>
          <GrammarMatrix set={set} onToggle={(from, to) => change(toggleFollow(set, from, to))} />
        </Disclosure>
      </section>
    </div>
  );
}

/** What keeps the set from being used, and what only limits what can be done with it. */
function Problems({
  set,
  problems,
  onChoose,
}: {
  readonly set: TokenSetData;
  readonly problems: readonly TokenSetProblem[];
  readonly onChoose: (name: string) => void;
}) {
  const groups = [
    { title: texts.problems, tone: 'bad', glyph: '✗', list: problems.filter(({ isBlocking }) => isBlocking) },
    { title: texts.hints, tone: 'warn', glyph: '!', list: problems.filter(({ isBlocking }) => !isBlocking) },
  ] as const;
  if (problems.length === 0)
    return (
      <p role="status">
        <Mark tone="good" glyph="✓">
          {texts.allWell}
        </Mark>
      </p>
    );
  return (
    <div role="status" className="stack">
      {groups
        .filter(({ list }) => list.length > 0)
        .map(({ title, tone, glyph, list }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <ul className="token-problems">
              {list.map((problem, at) => (
                <li key={at}>
                  <Mark tone={tone} glyph={glyph}>
                    {problem.token === null ? (
                      describeProblem(problem, set)
                    ) : (
                      <button type="button" className="token-link" onClick={() => onChoose(problem.token ?? '')}>
                        {describeProblem(problem, set)}
                      </button>
                    )}
                  </Mark>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}
