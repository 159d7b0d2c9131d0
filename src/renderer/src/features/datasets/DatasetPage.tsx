import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { DatasetId, ProjectId } from '@contracts/ids';
import type { ErrorClass, Verdict } from '@contracts/examples';
import type { ReviewAction } from '../../actions/action-table';
import { useActions, useKeys } from '../../actions/use-actions';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { Skeleton } from '../../ui/Skeleton';
import { ExampleExportDialog } from '../data-files/ExampleExportDialog';
import { texts as fileTexts } from '../data-files/texts/en';
import { ProjectTrash } from '../trash/ProjectTrash';
import { ExampleEditor } from './ExampleEditor';
import { ExampleFocus } from './ExampleFocus';
import { ExampleTable } from './ExampleTable';
import { DecisionBar } from './DecisionBar';
import { RemoveDataset } from './RemoveDataset';
import { ReviewFilters } from './ReviewFilters';
import { StepsDiff } from './StepsDiff';
import { useReview } from './use-review';
import { texts } from './texts/en';
import './review.css';

type View = 'read' | 'edit' | 'diff';

/** Review of a data set: list left, the example in focus right, every decision one key away. */
export function DatasetPage({ params, query }: PageProps<'dataset'>) {
  const review = useReview(DatasetId.parse(params.datasetId), query.get('example'));
  const keyboard = useKeys();
  const [view, setView] = useState<View>('read');
  const [bulk, setBulk] = useState<Verdict | null>(null);
  const [isExporting, setExporting] = useState(false);
  const searchRef = useRef<HTMLInputElement>(null);
  const tagRef = useRef<HTMLInputElement>(null);
  const example = review.focus.data?.example;
  const projectId = ProjectId.parse(params.projectId);
  const datasets = useQuery(api.examples.datasets.queryOptions({ input: { projectId } }));
  const dataset = datasets.data?.find(({ id }) => id === review.datasetId);

  const decide = (verdict: Verdict) => () => review.decide({ action: 'verdict', verdict });
  const classify = (errorClass: ErrorClass) => () =>
    review.decide({ action: 'errorClass', errorClass, isSet: !example?.errorClasses.includes(errorClass) });
  const actions: Readonly<Record<ReviewAction, () => void>> = {
    accept: decide('accepted'),
    reject: decide('rejected'),
    reopen: decide('todo'),
    edit: () => setView('edit'),
    diff: () => setView(view === 'diff' ? 'read' : 'diff'),
    undo: review.undo,
    next: () => review.move(1),
    previous: () => review.move(-1),
    select: review.toggleSelected,
    selectRange: review.selectRange,
    tag: () => tagRef.current?.focus(),
    search: () => searchRef.current?.focus(),
    'class:unclosed-token': classify('unclosed-token'),
    'class:illegal-order': classify('illegal-order'),
    'class:wrong-answer': classify('wrong-answer'),
    'class:too-long': classify('too-long'),
    'class:duplicate': classify('duplicate'),
    'class:leaked-question': classify('leaked-question'),
    'class:other': classify('other'),
  };
  useActions(actions, { isBlocked: view === 'edit' || bulk !== null || isExporting });

  if (datasets.data && !dataset)
    return (
      <PageFrame title={texts.title}>
        <EmptyState
          title={texts.gone}
          action={<ButtonLink href={href('examples', { projectId })}>{texts.back}</ButtonLink>}
        >
          {texts.goneBody}
        </EmptyState>
        <ProjectTrash projectId={projectId} />
      </PageFrame>
    );
  return (
    <PageFrame
      isWide
      title={texts.title}
      sentence={texts.sentence}
      action={
        <div className="row review-files">
          <Button onClick={() => setExporting(true)}>{fileTexts.export}</Button>
          <ButtonLink href={href('examplesImport', { projectId })}>{fileTexts.import}</ButtonLink>
          {dataset?.runId === null && <RemoveDataset dataset={dataset} />}
          <ButtonLink href={href('examples', { projectId })}>{texts.back}</ButtonLink>
        </div>
      }
    >
      <ReviewFilters review={review} searchRef={searchRef} onBulk={setBulk} />
      {review.error && <ErrorView error={review.error} />}
      {!review.rows.isReady ? (
        <Skeleton />
      ) : review.rows.total === 0 ? (
        <p className="review-quiet">{texts.none}</p>
      ) : (
        <div className="review">
          <ExampleTable review={review} />
          <section className="review-focus" aria-label={texts.question}>
            <DecisionBar review={review} keys={keyboard.keys} actions={actions} example={example} />
            <Loaded query={review.focus}>
              {({ example: focused, originalSteps }) =>
                view === 'edit' ? (
                  <ExampleEditor
                    key={focused.id}
                    example={focused}
                    tokenSet={dataset?.tokenSet ?? null}
                    onCancel={() => setView('read')}
                    onSave={(steps) => {
                      review.decideOne({ action: 'edit', steps, revision: focused.revision });
                      setView('read');
                    }}
                  />
                ) : (
                  <>
                    {view === 'diff' &&
                      (originalSteps ? (
                        <StepsDiff before={originalSteps} after={focused.steps} />
                      ) : (
                        <p className="review-quiet">{texts.noDiff}</p>
                      ))}
                    <ExampleFocus
                      example={focused}
                      projectId={params.projectId}
                      review={review}
                      keys={keyboard.keys}
                      tagRef={tagRef}
                    />
                  </>
                )
              }
            </Loaded>
          </section>
        </div>
      )}
      <ExampleExportDialog
        datasetId={review.datasetId}
        name={dataset?.name ?? ''}
        filter={review.filter}
        isOpen={isExporting}
        onClose={() => setExporting(false)}
      />
      <Dialog
        title={texts.bulkTitle}
        isOpen={bulk !== null}
        onClose={() => setBulk(null)}
        actions={
          <Button
            look="primary"
            isBusy={review.isBusy}
            onClick={() => {
              if (bulk) review.decideAll({ action: 'verdict', verdict: bulk });
              setBulk(null);
            }}
          >
            {bulk === 'accepted' ? texts.accept : texts.reject}
          </Button>
        }
      >
        {texts.bulkBody(review.rows.total)}
      </Dialog>
    </PageFrame>
  );
}
