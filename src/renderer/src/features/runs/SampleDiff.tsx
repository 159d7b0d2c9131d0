import { tokenFacts } from '../../tokens/token-facts';
import { TokenMark } from '../../tokens/TokenMark';
import { diffResponses } from './sample-diff';

/** The later response in its blocks, with what changed since the earlier one marked in the text. */
export function SampleDiff({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}) {
  return (
    <ol className="blocks" aria-label={label}>
      {diffResponses(before, after).map((block, at) => (
        <li key={at} className="block" data-token={block.token ? tokenFacts(block.token).look : undefined}>
          <div className="block-head">{block.token && <TokenMark kind={block.token} />}</div>
          <div className="block-text run-diff">
            {block.parts.map(({ text, change }, part) =>
              change === 'added' ? (
                <ins key={part}>{text}</ins>
              ) : change === 'removed' ? (
                <del key={part}>{text}</del>
              ) : (
                <span key={part}>{text}</span>
              ),
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
