import { useState, type RefObject } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ErrorClass, type Example } from '@contracts/examples';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { TextInput } from '../../ui/inputs';
import { showKey, type Keys } from '../../actions/keys';
import type { Review } from './use-review';
import { texts } from './texts/en';

/** Error classes and tags of the example in focus, each a switch. */
export function LabelBar({
  example,
  review,
  keys,
  tagRef,
}: {
  readonly example: Example;
  readonly review: Review;
  readonly keys: Keys;
  readonly tagRef: RefObject<HTMLInputElement | null>;
}) {
  return (
    <div className="review-labels">
      <div role="group" aria-label={texts.errorClass} className="review-classes">
        {ErrorClass.options.map((errorClass) => {
          const isSet = example.errorClasses.includes(errorClass);
          return (
            <Button
              key={errorClass}
              look="quiet"
              aria-pressed={isSet}
              shortcut={showKey(keys[`class:${errorClass}`])}
              onClick={() => review.decide({ action: 'errorClass', errorClass, isSet: !isSet })}
            >
              {texts.errorClasses[errorClass]}
            </Button>
          );
        })}
      </div>
      <TagField example={example} review={review} tagRef={tagRef} />
    </div>
  );
}

function TagField({
  example,
  review,
  tagRef,
}: {
  readonly example: Example;
  readonly review: Review;
  readonly tagRef: RefObject<HTMLInputElement | null>;
}) {
  const [text, setText] = useState('');
  const labels = useQuery(api.examples.labels.queryOptions({ input: { datasetId: review.datasetId } }));
  const listId = `tags-${review.datasetId}`;
  return (
    <form
      className="review-tags"
      aria-label={texts.tags}
      onSubmit={(event) => {
        event.preventDefault();
        const tag = text.trim();
        if (tag === '') return;
        review.decide({ action: 'tag', tag, isSet: true });
        setText('');
        tagRef.current?.blur();
      }}
    >
      {example.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          className="review-tag"
          aria-label={texts.removeTag(tag)}
          onClick={() => review.decide({ action: 'tag', tag, isSet: false })}
        >
          {tag} ×
        </button>
      ))}
      <TextInput
        ref={tagRef}
        aria-label={texts.addTag}
        placeholder={texts.addTag}
        list={listId}
        maxLength={40}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      <datalist id={listId}>
        {labels.data?.tags.map(({ tag }) => (
          <option key={tag} value={tag}>
            {tag}
          </option>
        ))}
      </datalist>
    </form>
  );
}
