import type { Tree, TreeNode } from '@contracts/trees';
import { Inspector } from '../../app/Inspector';
import { href } from '../../app/route-paths';
import { formatInteger, formatNumber } from '../../lib/format';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { TokenMark } from '../../tokens/TokenMark';
import { meanValue, siblingsOf, stepsTo, uctTerms } from '../../tree-viewer/tree-facts';
import { Facts, Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const words = texts.inspector;

interface NodeInspectorProps {
  readonly tree: Tree;
  readonly nodes: readonly TreeNode[];
  readonly selected: number;
  /** c of the run that grew the tree; null when its settings are gone. */
  readonly explorationWeight: number | null;
  readonly onSelect: (index: number) => void;
}

/** Everything about one node: its figures, why the search went there, the path to it, its siblings, and where it was used. */
export function NodeInspector({ tree, nodes, selected, explorationWeight, onSelect }: NodeInspectorProps) {
  const node = nodes[selected];
  if (!node) return null;
  const parent = nodes[node.parent];
  const siblings = siblingsOf(nodes, selected).filter((each) => each.index !== selected);
  const { lineage } = tree;
  const examples = lineage.examples.filter((example) => example.nodePath.includes(selected));
  return (
    <Inspector title={words.title(selected)}>
      <TokenMark kind={node.kind} />
      <Facts rows={figuresOf(node)} />
      {parent && explorationWeight !== null && (
        <Panel title={words.why}>
          <p>{whyHere(node, parent, explorationWeight)}</p>
        </Panel>
      )}
      {selected > 0 && (
        <Panel title={words.path}>
          <ReasoningBlocks
            label={words.path}
            blocks={stepsTo(nodes, selected).map((step) => ({
              token: step.kind,
              text: step.text,
              isOpenEnded: step.isTruncated,
            }))}
          />
        </Panel>
      )}
      {siblings.length > 0 && (
        <Panel title={words.siblings}>
          <ul className="tree-siblings">
            {siblings.map((sibling) => (
              <li key={sibling.index}>
                <button type="button" className="link-button" onClick={() => onSelect(sibling.index)}>
                  <TokenMark kind={sibling.kind} /> {sibling.text.slice(0, 90)}
                </button>
                <span className="tree-sibling-facts">
                  {formatNumber(meanValue(sibling))} · {formatInteger(sibling.visits)}×
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title={words.lineage}>
        <Facts
          rows={[
            [
              words.run,
              <a key="run" href={href('run', { projectId: lineage.projectId, runId: lineage.runId })}>
                {lineage.runName}
              </a>,
            ],
          ]}
        />
        {examples.length === 0 ? (
          <p className="tree-quiet">{words.noExamples}</p>
        ) : (
          <ul className="tree-siblings">
            {examples.map((example) => (
              <li key={example.id}>
                <a
                  href={href(
                    'dataset',
                    { projectId: lineage.projectId, datasetId: example.datasetId },
                    { example: example.id },
                  )}
                >
                  {words.usedIn} ({example.kind})
                </a>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Inspector>
  );
}

function figuresOf(node: TreeNode): readonly (readonly [string, string])[] {
  const verdict = node.isTruncated ? words.cut : node.isRight === true ? words.right : words.wrong;
  const rows: (readonly [string, string | null])[] = [
    [words.visits, formatInteger(node.visits)],
    [words.value, node.visits > 0 ? formatNumber(meanValue(node)) : null],
    [words.prior, node.prior === null ? null : formatNumber(node.prior)],
    [words.verdict, node.isTerminal ? verdict : null],
    [words.answer, node.answer],
    [words.tokens, node.tokenCount > 0 ? formatInteger(node.tokenCount) : null],
    [words.logProb, node.logProbSum === null ? null : formatNumber(node.logProbSum)],
    [words.made, node.createdAtSimulation < 0 ? null : formatInteger(node.createdAtSimulation + 1)],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== null);
}

function whyHere(node: TreeNode, parent: TreeNode, explorationWeight: number): string {
  const { value, exploration } = uctTerms(node, parent.visits, explorationWeight);
  if (exploration === Infinity) return words.unvisited;
  return words.uct(formatNumber(value), formatNumber(exploration), formatNumber(value + exploration));
}
