import type { TreeNode } from '@contracts/trees';
import { formatInteger, formatNumber } from '../../lib/format';
import { MathText } from '../../tokens/MathText';
import { tokenFacts } from '../../tokens/token-facts';
import { TokenMark } from '../../tokens/TokenMark';
import { meanValue, outcomeOf, siblingsOf } from '../../tree-viewer/tree-facts';
import { Mark } from '../../ui/marks';
import { texts } from './texts/en';

const words = texts.compare;

/** The steps that the search wrote at the same place, side by side. */
export function Siblings({
  nodes,
  selected,
  onSelect,
}: {
  readonly nodes: readonly TreeNode[];
  readonly selected: number;
  readonly onSelect: (index: number) => void;
}) {
  const siblings = siblingsOf(nodes, selected);
  return (
    <ul className="tree-columns" aria-label={words.siblings}>
      {siblings.map((node) => (
        <li
          key={node.index}
          data-selected={node.index === selected || undefined}
          data-token={tokenFacts(node.kind).look}
        >
          <div className="tree-column-head">
            <TokenMark kind={node.kind} />
            <button type="button" className="link-button" onClick={() => onSelect(node.index)}>
              {texts.inspector.title(node.index)}
            </button>
          </div>
          <p className="tree-sibling-facts">
            {words.facts(formatInteger(node.visits), formatNumber(meanValue(node)))}
            {node.prior !== null && ` · ${words.prior(formatNumber(node.prior))}`}
          </p>
          {outcomeOf(node) !== 'open' && (
            <Mark tone={node.isRight ? 'good' : 'bad'} glyph={node.isRight ? '✓' : '✗'}>
              {node.isTruncated ? texts.inspector.cut : node.isRight ? texts.inspector.right : texts.inspector.wrong}
            </Mark>
          )}
          <div className="tree-column-text">
            <MathText text={node.text} />
          </div>
        </li>
      ))}
    </ul>
  );
}
