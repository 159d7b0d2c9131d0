import { useMemo, useState } from 'react';
import type { Simulation, TreeNode } from '@contracts/trees';
import { explainChoice, walksThrough, type Candidate, type SelectionConfig } from '@core/search/explain-choice';
import { formatNumber } from '../../lib/format';
import { knownTokens } from '../../tokens/known-tokens';
import { TokenMark } from '../../tokens/TokenMark';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const words = texts.choice;

interface ChoicePanelProps {
  /** The whole tree; `until` walks of it are shown. */
  readonly nodes: readonly TreeNode[];
  readonly simulations: readonly Simulation[];
  readonly until: number;
  readonly selected: number;
  readonly config: SelectionConfig;
  readonly onSelect: (index: number) => void;
}

/** Why a walk took this branch: the terms of every branch beside it at that walk, recomputed from the recorded walks. */
export function ChoicePanel({ nodes, simulations, until, selected, config, onSelect }: ChoicePanelProps) {
  const walks = useMemo(() => walksThrough(simulations.slice(0, until), selected), [simulations, until, selected]);
  const [chosen, setChosen] = useState<{ readonly node: number; readonly at: number } | null>(null);
  // Another node begins with its newest walk.
  const at = chosen?.node === selected ? Math.min(chosen.at, walks.length - 1) : walks.length - 1;
  const walk = walks[at];
  const parent = nodes[selected]?.parent ?? -1;
  const explained = useMemo(
    () =>
      walk === undefined || parent < 0 ? null : explainChoice({ nodes, simulations }, config, walk, parent, isAnswer),
    [nodes, simulations, config, walk, parent],
  );
  if (parent < 0) return null;
  return (
    <Panel
      title={words.title}
      actions={
        walks.length > 1 && (
          <span className="tree-walks">
            <Button
              look="quiet"
              aria-label={words.earlier}
              disabledReason={at <= 0 ? '' : null}
              onClick={() => setChosen({ node: selected, at: Math.max(0, at - 1) })}
            >
              ‹
            </Button>
            <Button
              look="quiet"
              aria-label={words.later}
              disabledReason={at >= walks.length - 1 ? '' : null}
              onClick={() => setChosen({ node: selected, at: Math.min(walks.length - 1, at + 1) })}
            >
              ›
            </Button>
          </span>
        )
      }
    >
      {explained === null || walk === undefined ? (
        <p className="tree-quiet">{words.never}</p>
      ) : (
        <>
          <p>
            {words.walk(walk + 1, at + 1, walks.length)} {words.reasons[explained.reason]}
          </p>
          <table className="tree-choice">
            <caption className="visually-hidden">{words.caption}</caption>
            <thead>
              <tr>
                <th scope="col">{words.branch}</th>
                <th scope="col" className="num">
                  {words.value}
                </th>
                <th scope="col" className="num">
                  {words.bonus}
                </th>
                <th scope="col" className="num">
                  {words.sum}
                </th>
              </tr>
            </thead>
            <tbody>
              {explained.candidates.map((candidate) => (
                <Branch key={candidate.node} candidate={candidate} node={nodes[candidate.node]} onSelect={onSelect} />
              ))}
            </tbody>
          </table>
          <p className="tree-quiet">
            {words.rule[config.selectionRule](formatNumber(explained.weight), explained.parentVisits)}
          </p>
        </>
      )}
    </Panel>
  );
}

/** Whether a kind of step is a whole answer, in the token set of the project. */
function isAnswer(kind: string): boolean {
  return (knownTokens().get(kind)?.role ?? kind) === 'direct_answer';
}

interface BranchProps {
  readonly candidate: Candidate;
  readonly node: TreeNode | undefined;
  readonly onSelect: (index: number) => void;
}

function Branch({ candidate, node, onSelect }: BranchProps) {
  const { status, visits, value, bonus } = candidate;
  const isScored = visits > 0;
  return (
    <tr data-status={status}>
      <th scope="row">
        <button type="button" className="link-button" onClick={() => onSelect(candidate.node)}>
          {node && <TokenMark kind={node.kind} />} {node?.text.slice(0, 40)}
        </button>
        <span className="tree-choice-status">{words.statuses[status]}</span>
      </th>
      <td className="num">{isScored ? formatNumber(value) : '–'}</td>
      <td className="num">{isScored ? formatNumber(bonus) : '∞'}</td>
      <td className="num">{isScored ? formatNumber(value + bonus) : '∞'}</td>
    </tr>
  );
}
