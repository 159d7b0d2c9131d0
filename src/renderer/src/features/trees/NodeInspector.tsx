import type { ReactNode } from 'react';
import type { Tree, TreeNode } from '@contracts/trees';
import type { SelectionConfig } from '@core/search/explain-choice';
import { Inspector } from '../../app/Inspector';
import { href } from '../../app/route-paths';
import { formatInteger, formatNumber } from '../../lib/format';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { TokenMark } from '../../tokens/TokenMark';
import { meanValue, processReward, siblingsOf, stepsTo } from '../../tree-viewer/tree-facts';
import { Facts, Panel } from '../../ui/Panel';
import { ChoicePanel } from './ChoicePanel';
import { texts } from './texts/en';

const words = texts.inspector;

interface NodeInspectorProps {
  readonly tree: Tree;
  /** The tree at the moment shown. */
  readonly nodes: readonly TreeNode[];
  /** Walks of that moment. */
  readonly until: number;
  readonly selected: number;
  /** How the run chose its ways; null when its settings are gone. */
  readonly config: SelectionConfig | null;
  readonly onSelect: (index: number) => void;
  /** What can be done with the node. */
  readonly actions?: ReactNode;
}

/** Everything about one node: its figures, why the search went there, the path to it, its siblings, and where it was used. */
export function NodeInspector({ tree, nodes, until, selected, config, onSelect, actions }: NodeInspectorProps) {
  const node = nodes[selected];
  if (!node) return null;
  const siblings = siblingsOf(nodes, selected).filter((each) => each.index !== selected);
  const { lineage } = tree;
  const examples = lineage.examples.filter((example) => example.nodePath.includes(selected));
  return (
    <Inspector title={words.title(selected)}>
      <TokenMark kind={node.kind} />
      {actions}
      <Facts rows={figuresOf(nodes, node)} />
      {config && (
        <ChoicePanel
          nodes={tree.nodes}
          simulations={tree.simulations}
          until={until}
          selected={selected}
          config={config}
          onSelect={onSelect}
        />
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

function figuresOf(nodes: readonly TreeNode[], node: TreeNode): readonly (readonly [string, string])[] {
  const verdict = node.isTruncated ? words.cut : node.isRight === true ? words.right : words.wrong;
  const reward = processReward(nodes, node.index);
  const rows: (readonly [string, string | null])[] = [
    [words.visits, formatInteger(node.visits)],
    [words.value, node.visits > 0 ? formatNumber(meanValue(node)) : null],
    [words.prior, node.prior === null ? null : formatNumber(node.prior)],
    [words.reward, reward === null ? null : `${reward > 0 ? '+' : ''}${formatNumber(reward)}`],
    [words.judged, node.process === null ? null : formatNumber(node.process)],
    [words.verdict, node.isTerminal ? verdict : null],
    [words.answer, node.answer],
    [words.tokens, node.tokenCount > 0 ? formatInteger(node.tokenCount) : null],
    [words.logProb, node.logProbSum === null ? null : formatNumber(node.logProbSum)],
    [words.made, node.createdAtSimulation < 0 ? null : formatInteger(node.createdAtSimulation + 1)],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== null);
}
