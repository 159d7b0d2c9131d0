import { useQuery } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { ErrorClass, ExampleKind, type Verdict } from '@contracts/examples';
import { api } from '../../lib/api';
import { formatInteger } from '../../lib/format';
import { Button } from '../../ui/Button';
import { SearchInput, Select, Switch } from '../../ui/inputs';
import type { Review } from './use-review';
import { texts } from './texts/en';

const VERDICTS: readonly Verdict[] = ['accepted', 'rejected', 'todo'];

/** The counter that is a filter, then kind, problems, text, and one decision for all that is shown. */
export function ReviewFilters({
  review,
  searchRef,
  onBulk,
}: {
  readonly review: Review;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  readonly onBulk: (verdict: Verdict) => void;
}) {
  const { filter, setFilter, rows } = review;
  const { counts } = rows;
  const labels = useQuery(api.examples.labels.queryOptions({ input: { datasetId: review.datasetId } }));
  return (
    <div className="review-filters">
      <div role="group" aria-label={texts.counterLabel} className="review-counter">
        <Button
          look="quiet"
          aria-pressed={filter.verdict === undefined}
          onClick={() => setFilter({ verdict: undefined })}
        >
          {texts.all} {formatInteger(counts.todo + counts.accepted + counts.rejected)}
        </Button>
        {VERDICTS.map((verdict) => (
          <Button
            key={verdict}
            look="quiet"
            aria-pressed={filter.verdict === verdict}
            onClick={() => setFilter({ verdict })}
          >
            {texts.counter[verdict]} {formatInteger(counts[verdict])}
          </Button>
        ))}
      </div>
      <Select
        aria-label={texts.kind}
        value={filter.kind ?? 'any'}
        options={[
          { value: 'any', label: texts.anyKind },
          ...ExampleKind.options.map((kind) => ({ value: kind, label: texts.kinds[kind] })),
        ]}
        onChange={(kind) => setFilter({ kind: kind === 'any' ? undefined : ExampleKind.parse(kind) })}
      />
      <Select
        aria-label={texts.errorClass}
        value={filter.errorClass ?? 'any'}
        options={[
          { value: 'any', label: texts.anyErrorClass },
          ...(labels.data?.errorClasses ?? []).map(({ errorClass, count }) => ({
            value: errorClass,
            label: `${texts.errorClasses[errorClass]} (${formatInteger(count)})`,
          })),
        ]}
        onChange={(value) => setFilter({ errorClass: value === 'any' ? undefined : ErrorClass.parse(value) })}
      />
      {labels.data && labels.data.tags.length > 0 && (
        <Select
          aria-label={texts.tags}
          value={filter.tag ?? ''}
          options={[
            { value: '', label: texts.anyTag },
            ...labels.data.tags.map(({ tag, count }) => ({ value: tag, label: `${tag} (${formatInteger(count)})` })),
          ]}
          onChange={(tag) => setFilter({ tag: tag === '' ? undefined : tag })}
        />
      )}
      <label className="review-taught">
        <Switch
          checked={filter.hasProblems === true}
          onChange={(isOn) => setFilter({ hasProblems: isOn ? true : undefined })}
        />{' '}
        {texts.problemsOnly}
      </label>
      <SearchInput
        ref={searchRef}
        aria-label={texts.search}
        placeholder={texts.search}
        value={filter.search}
        onChange={(event) => setFilter({ search: event.target.value })}
      />
      {rows.total > 0 && (
        <span className="review-bulk">
          <Button look="quiet" onClick={() => onBulk('accepted')}>
            {texts.acceptAll(rows.total)}
          </Button>
          <Button look="quiet" onClick={() => onBulk('rejected')}>
            {texts.rejectAll(rows.total)}
          </Button>
        </span>
      )}
    </div>
  );
}
