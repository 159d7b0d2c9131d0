import { diffWordsWithSpace } from 'diff';
import { useMemo, type ReactNode } from 'react';
import type { TreeNode } from '@contracts/trees';
import { TokenMark } from '../../tokens/TokenMark';
import { outcomeOf } from '../../tree-viewer/tree-facts';
import { comparePaths } from './path-comparison';
import { texts } from './texts/en';

const words = texts.compare;

/** Two paths side by side from where they part; words that one has and the other lacks are marked. */
export function PathDiff({
  nodes,
  first,
  second,
}: {
  readonly nodes: readonly TreeNode[];
  readonly first: number;
  readonly second: number;
}) {
  const { shared, rows } = useMemo(() => comparePaths(nodes, first, second), [nodes, first, second]);
  if (rows.length === 0) return <p className="tree-quiet">{words.same}</p>;
  return (
    <>
      <p className="tree-quiet">{words.shared(shared.length)}</p>
      <table className="tree-diff">
        <caption className="visually-hidden">{words.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.column(first, verdictOf(nodes[first]))}</th>
            <th scope="col">{words.column(second, verdictOf(nodes[second]))}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              <Cell node={row.first} other={row.second} side="removed" />
              <Cell node={row.second} other={row.first} side="added" />
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Cell({
  node,
  other,
  side,
}: {
  readonly node: TreeNode | null;
  readonly other: TreeNode | null;
  readonly side: 'added' | 'removed';
}) {
  if (node === null) return <td className="tree-quiet">{words.none}</td>;
  const [before, after] = side === 'added' ? [other?.text ?? '', node.text] : [node.text, other?.text ?? ''];
  const parts = diffWordsWithSpace(before, after).flatMap((part, i): ReactNode[] => {
    if (part[side]) return [side === 'added' ? <ins key={i}>{part.value}</ins> : <del key={i}>{part.value}</del>];
    return part.added || part.removed ? [] : [<span key={i}>{part.value}</span>];
  });
  return (
    <td>
      <TokenMark kind={node.kind} />
      <p>{parts}</p>
    </td>
  );
}

function verdictOf(node: TreeNode | undefined): string {
  const outcome = node ? outcomeOf(node) : 'open';
  return outcome === 'open' ? '' : texts.inspector[outcome];
}
