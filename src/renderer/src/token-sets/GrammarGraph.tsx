import { useId, useRef, useState, type KeyboardEvent } from 'react';
import type { TokenSetData } from '@core/tokens/token-set';
import { factsOf, tokenFacts } from '../tokens/token-facts';
import { mayFollow, QUESTION } from './edit-set';
import { edgePath, layOutGrammar, PILL, type GrammarNode } from './grammar-layout';
import { texts } from './texts/en';
import '../tokens/token-colors.css';
import './token-sets.css';

/**
 * The grammar as a graph. One node is looked at: its ways on stand out, and where it is edited every other node shows by a sign whether it may
 * come next. A press on the sign changes that; so does Space, with the arrow keys to walk and Enter to look at another node.
 */
export function GrammarGraph({
  set,
  selected,
  onSelect,
  onToggle,
}: {
  readonly set: TokenSetData;
  readonly selected: string;
  readonly onSelect: (name: string) => void;
  /** Absent: to be looked at only. */
  readonly onToggle?: ((from: string, to: string) => void) | undefined;
}) {
  const marker = useId();
  const picture = layOutGrammar(set.tokens.map(({ name }) => name));
  const [at, setAt] = useState(0);
  const nodes = useRef<(SVGGElement | null)[]>([]);
  const byName = new Map(picture.nodes.map((node) => [node.name, node]));
  const from = byName.get(selected) ?? picture.nodes[0]!;
  const edges = picture.nodes.flatMap((start) =>
    picture.nodes
      .filter((end) => end.name !== QUESTION && mayFollow(set, start.name, end.name))
      .map((end) => ({ start, end })),
  );
  const go = (next: number): void => {
    const index = (next + picture.nodes.length) % picture.nodes.length;
    setAt(index);
    nodes.current[index]?.focus();
  };
  const canFollow = (name: string): boolean => name !== QUESTION && onToggle !== undefined && !isEnd(set, from.name);
  const press = (event: KeyboardEvent, index: number, name: string): void => {
    const keys: Readonly<Record<string, () => void>> = {
      ArrowRight: () => go(index + 1),
      ArrowDown: () => go(index + 1),
      ArrowLeft: () => go(index - 1),
      ArrowUp: () => go(index - 1),
      Home: () => go(0),
      End: () => go(picture.nodes.length - 1),
      Enter: () => onSelect(name),
      ' ': () => (canFollow(name) ? onToggle?.(from.name, name) : onSelect(name)),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <svg
      className="grammar"
      viewBox={`0 0 ${picture.width} ${picture.height}`}
      role="group"
      aria-label={texts.graph.label(labelOf(set, from.name))}
    >
      <defs>
        {(['far', 'near'] as const).map((kind) => (
          <marker
            key={kind}
            id={`${marker}-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path className={`grammar-tip grammar-tip-${kind}`} d="M0 0.8L8 4L0 7.2Z" />
          </marker>
        ))}
      </defs>
      <g aria-hidden="true">
        {[...edges]
          .sort((a, b) => Number(a.start === from) - Number(b.start === from))
          .map(({ start, end }) => {
            const isNear = start === from;
            return (
              <path
                key={`${start.name}→${end.name}`}
                className="grammar-edge"
                data-near={isNear || undefined}
                data-in={(!isNear && end === from) || undefined}
                d={edgePath(start, end, picture)}
                markerEnd={`url(#${marker}-${isNear ? 'near' : 'far'})`}
              />
            );
          })}
      </g>
      {picture.nodes.map((node, index) => {
        const follows = mayFollow(set, from.name, node.name);
        return (
          <g
            key={node.name}
            ref={(element) => {
              nodes.current[index] = element;
            }}
            className="grammar-node"
            data-token={lookAt(set, node.name)}
            data-selected={node === from || undefined}
            role="button"
            tabIndex={index === Math.min(at, picture.nodes.length - 1) ? 0 : -1}
            aria-pressed={node === from}
            aria-label={describe(set, node, from, follows)}
            transform={`translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`}
            onClick={() => onSelect(node.name)}
            onFocus={() => setAt(index)}
            onKeyDown={(event) => press(event, index, node.name)}
          >
            <rect
              x={-PILL.width / 2}
              y={-PILL.height / 2}
              width={PILL.width}
              height={PILL.height}
              rx={PILL.height / 2}
            />
            <text textAnchor="middle" dy="4">
              {glyphOf(set, node.name)} {shorten(labelOf(set, node.name))}
            </text>
            {canFollow(node.name) && (
              <g
                className="grammar-port"
                data-on={follows || undefined}
                transform={`translate(${PILL.width / 2 - 2} ${-PILL.height / 2 + 2})`}
                onClick={(event) => {
                  event.stopPropagation();
                  onToggle?.(from.name, node.name);
                }}
              >
                <title>{texts.graph.toggle(labelOf(set, from.name), labelOf(set, node.name), follows)}</title>
                <circle r="12" className="grammar-port-reach" />
                <circle r="8" />
                <text textAnchor="middle" dy="4">
                  {follows ? '✓' : '+'}
                </text>
              </g>
            )}
          </g>
        );
      })}
    </svg>
  );
}

function describe(set: TokenSetData, node: GrammarNode, from: GrammarNode, follows: boolean): string {
  const name = labelOf(set, node.name);
  if (node.name === QUESTION) return name;
  return texts.graph.node(name, labelOf(set, from.name), follows);
}

function isEnd(set: TokenSetData, name: string): boolean {
  return set.tokens.some((token) => token.name === name && token.role === 'output');
}

function tokenOf(set: TokenSetData, name: string) {
  const token = set.tokens.find((one) => one.name === name);
  return token ? factsOf(token) : tokenFacts(name);
}

const labelOf = (set: TokenSetData, name: string): string => tokenOf(set, name).label;
const glyphOf = (set: TokenSetData, name: string): string => tokenOf(set, name).glyph;
const lookAt = (set: TokenSetData, name: string): string => tokenOf(set, name).look;

function shorten(label: string): string {
  return label.length > 14 ? `${label.slice(0, 13)}…` : label;
}
