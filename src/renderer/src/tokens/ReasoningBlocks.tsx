import { useState, type ReactNode } from 'react';
import { MathText } from './MathText';
import { useKnownTokens } from './known-tokens';
import { tokenFacts } from './token-facts';
import { TokenMark } from './TokenMark';
import { texts } from './texts/en';
import './tokens.css';

/** One block of a reasoning text. */
export interface ReasoningBlock {
  /** Functional token; null for text outside of any step. */
  readonly token: string | null;
  readonly text: string;
  /** A wrong step that is read but not taught. */
  readonly isWrong?: boolean;
  /** The step was cut before its closing token. */
  readonly isOpenEnded?: boolean;
  /** Shown at the right of the block's head: a role, a link. */
  readonly note?: ReactNode;
  /** Shown below the text: what can be done with the block. */
  readonly foot?: ReactNode;
}

/** Reasoning as a column of blocks: coloured bar, glyph and name, content with typeset mathematics. A block folds to its first line. */
export function ReasoningBlocks({
  blocks,
  label,
}: {
  readonly blocks: readonly ReasoningBlock[];
  readonly label: string;
}) {
  return (
    <ol className="blocks" aria-label={label}>
      {blocks.map((block, i) => (
        <Block key={i} block={block} />
      ))}
    </ol>
  );
}

function Block({ block }: { readonly block: ReasoningBlock }) {
  useKnownTokens();
  const [isFolded, setFolded] = useState(false);
  const isLong = block.text.length > 80 || block.text.includes('\n');
  return (
    <li
      className="block"
      data-token={block.token ? tokenFacts(block.token).look : undefined}
      data-wrong={block.isWrong || undefined}
    >
      <div className="block-head">
        {block.token ? <TokenMark kind={block.token} /> : <span className="block-plain">{texts.plain}</span>}
        {block.isWrong && <span className="block-flag">{texts.wrong}</span>}
        {block.isOpenEnded && <span className="block-flag">{texts.cut}</span>}
        <span className="block-note">{block.note}</span>
        {isLong && (
          <button type="button" className="block-fold" aria-expanded={!isFolded} onClick={() => setFolded(!isFolded)}>
            {isFolded ? texts.unfold : texts.fold}
          </button>
        )}
      </div>
      <div className={isFolded ? 'block-text block-folded' : 'block-text'}>
        <MathText text={block.text} />
      </div>
      {block.foot}
    </li>
  );
}
