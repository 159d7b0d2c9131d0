import type { TokenSetData } from '@core/tokens/token-set';
import { TokenMark } from '../tokens/TokenMark';
import { factsOf, tokenFacts } from '../tokens/token-facts';
import { mayFollow, QUESTION } from './edit-set';
import { texts } from './texts/en';
import './token-sets.css';

/** The same grammar as a table of check boxes: a row for what was written last, a column for what may come next. */
export function GrammarMatrix({
  set,
  onToggle,
}: {
  readonly set: TokenSetData;
  readonly onToggle: (from: string, to: string) => void;
}) {
  const rows = [QUESTION, ...set.tokens.filter(({ role }) => role !== 'output').map(({ name }) => name)];
  const labelOf = (name: string): string => {
    const token = set.tokens.find((one) => one.name === name);
    return (token ? factsOf(token) : tokenFacts(name)).label;
  };
  return (
    <div className="table-scroll" role="region" aria-label={texts.matrix.title} tabIndex={0}>
      <table className="table grammar-matrix">
        <caption className="visually-hidden">{texts.matrix.title}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.matrix.after}</th>
            {set.tokens.map((token) => (
              <th key={token.name} scope="col">
                <TokenMark kind={token.name} token={token} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((from) => (
            <tr key={from}>
              <th scope="row">
                <TokenMark kind={from} {...tokenProp(set, from)} />
              </th>
              {set.tokens.map(({ name }) => (
                <td key={name}>
                  <input
                    type="checkbox"
                    aria-label={texts.matrix.cell(labelOf(from), labelOf(name))}
                    checked={mayFollow(set, from, name)}
                    onChange={() => onToggle(from, name)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tokenProp(set: TokenSetData, name: string) {
  const token = set.tokens.find((one) => one.name === name);
  return token ? { token } : {};
}
