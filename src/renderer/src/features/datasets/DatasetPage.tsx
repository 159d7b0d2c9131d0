import { useEffect, useRef, useState } from 'react';
import { DatasetId } from '@contracts/ids';
import type { Verdict } from '@contracts/examples';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { ExampleEditor } from './ExampleEditor';
import { ExampleFocus } from './ExampleFocus';
import { ExampleTable } from './ExampleTable';
import { ReviewFilters } from './ReviewFilters';
import { useReview } from './use-review';
import { texts } from './texts/en';
import './review.css';

/** Review of a data set: list left, the example in focus right, every decision one key away. */
export function DatasetPage({ params, query }: PageProps<'dataset'>) {
  const review = useReview(DatasetId.parse(params.datasetId), query.get('example'));
  const [isEditing, setEditing] = useState(false);
  const [bulk, setBulk] = useState<Verdict | null>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const { focused } = review;

  const actions: Readonly<Record<string, () => void>> = {
    a: () => review.decide({ action: 'verdict', verdict: 'accepted' }),
    r: () => review.decide({ action: 'verdict', verdict: 'rejected' }),
    e: () => setEditing(true),
    u: review.undo,
    j: () => review.move(1),
    k: () => review.move(-1),
    ArrowDown: () => review.move(1),
    ArrowUp: () => review.move(-1),
    '/': () => searchRef.current?.focus(),
  };
  const actionsRef = useRef(actions);
  actionsRef.current = actions;
  const isBlocked = isEditing || bulk !== null;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog') !== null;
      const action = actionsRef.current[event.key];
      if (!action || isTyping || isBlocked || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isBlocked]);

  return (
    <PageFrame
      isWide
      title={texts.title}
      sentence={texts.sentence}
      action={<ButtonLink href={href('examples', { projectId: params.projectId })}>{texts.back}</ButtonLink>}
    >
      <ReviewFilters review={review} searchRef={searchRef} onBulk={setBulk} />
      {review.error && <ErrorView error={review.error} />}
      <Loaded query={review.query}>
        {() =>
          focused === null ? (
            <p className="review-quiet">{texts.none}</p>
          ) : (
            <div className="review">
              <ExampleTable review={review} />
              <section className="review-focus" aria-label={texts.question}>
                <div className="review-actions" role="toolbar" aria-label={texts.keys}>
                  <Button
                    look="primary"
                    shortcut="A"
                    onClick={actions['a']}
                    aria-pressed={focused.verdict === 'accepted'}
                  >
                    {texts.accept}
                  </Button>
                  <Button shortcut="R" onClick={actions['r']} aria-pressed={focused.verdict === 'rejected'}>
                    {texts.reject}
                  </Button>
                  <Button shortcut="E" onClick={actions['e']}>
                    {texts.edit}
                  </Button>
                  <Button shortcut="U" onClick={actions['u']}>
                    {texts.undo}
                  </Button>
                  {focused.verdict !== 'todo' && (
                    <Button look="quiet" onClick={() => review.decide({ action: 'verdict', verdict: 'todo' })}>
                      {texts.toTodo}
                    </Button>
                  )}
                  <span className="review-quiet" role="status">
                    {review.said}
                  </span>
                </div>
                {isEditing ? (
                  <ExampleEditor
                    key={focused.id}
                    example={focused}
                    onCancel={() => setEditing(false)}
                    onSave={(steps) => {
                      review.decide({ action: 'edit', steps, revision: focused.revision });
                      setEditing(false);
                    }}
                  />
                ) : (
                  <ExampleFocus example={focused} projectId={params.projectId} review={review} />
                )}
              </section>
            </div>
          )
        }
      </Loaded>
      <Dialog
        title={texts.bulkTitle}
        isOpen={bulk !== null}
        onClose={() => setBulk(null)}
        actions={
          <Button
            look="primary"
            isBusy={review.isBusy}
            onClick={() => {
              if (bulk) review.decideAll(bulk);
              setBulk(null);
            }}
          >
            {bulk === 'accepted' ? texts.accept : texts.reject}
          </Button>
        }
      >
        {texts.bulkBody(review.total)}
      </Dialog>
    </PageFrame>
  );
}
