import { diffWordsWithSpace } from 'diff';
import type { ExampleStep } from '@contracts/examples';
import { TokenMark } from '../../tokens/TokenMark';
import { texts } from './texts/en';

/** What an edit changed: removed words struck through, new ones underlined, step by step. */
export function StepsDiff({
  before,
  after,
}: {
  readonly before: readonly ExampleStep[];
  readonly after: readonly ExampleStep[];
}) {
  const count = Math.max(before.length, after.length);
  return (
    <ol className="review-diff" aria-label={texts.diffLabel}>
      {Array.from({ length: count }, (_, at) => (
        <li key={at}>
          <TokenMark kind={after[at]?.token ?? before[at]?.token ?? ''} />
          <p>
            {diffWordsWithSpace(before[at]?.text ?? '', after[at]?.text ?? '').map((part, index) =>
              part.added ? (
                <ins key={index}>{part.value}</ins>
              ) : part.removed ? (
                <del key={index}>{part.value}</del>
              ) : (
                <span key={index}>{part.value}</span>
              ),
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}
