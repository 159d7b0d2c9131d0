import { useQuery } from '@tanstack/react-query';
import { ProjectId } from '@contracts/ids';
import type { ProjectOverview, StageState } from '@contracts/projects';
import { PageFrame } from '../../app/PageFrame';
import { inWindowWords } from '../../app/host-words';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { STAGES } from '../../app/stages';
import { WithTerms } from '../../glossary/WithTerms';
import { api } from '../../lib/api';
import { ButtonLink } from '../../ui/Button';
import { Loaded } from '../../ui/Loaded';
import { Panel } from '../../ui/Panel';
import { Skeleton } from '../../ui/Skeleton';
import { AboutDemo } from './AboutDemo';
import { texts } from './texts/en';
import './project.css';

/** Where a project stands: the road with one button at the next step, and what there is to look at. */
export function ProjectPage({ params }: PageProps<'project'>) {
  const projectId = ProjectId.parse(params.projectId);
  const overview = useQuery(api.projects.overview.queryOptions({ input: { id: projectId } }));
  return (
    <PageFrame title={overview.data?.project.name ?? ' '} sentence={texts.sentence}>
      <Loaded query={overview} skeleton={<Skeleton lines={8} />}>
        {(data) => (
          <>
            <GuidedRoad overview={data} />
            <WorthALook overview={data} />
            <AboutDemo projectId={projectId} />
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}

const GLYPHS: Readonly<Record<StageState['state'], string>> = {
  'not-yet': '·',
  ready: '○',
  running: '◐',
  done: '●',
};

/** Every stop with its state; the next one says what it does and carries the button. */
function GuidedRoad({ overview }: { readonly overview: ProjectOverview }) {
  const projectId = overview.project.id;
  return (
    <section aria-label={texts.road}>
      <ol className="guided">
        {overview.road.map((stage) => {
          const info = STAGES[stage.kind];
          const isNext = stage.kind === overview.nextStage;
          return (
            <li
              key={stage.kind}
              className="guided-stop"
              data-state={stage.state}
              data-next={isNext || undefined}
              aria-current={isNext ? 'step' : undefined}
            >
              <span className="guided-glyph" aria-hidden="true">
                {GLYPHS[stage.state]}
              </span>
              <div className="guided-words">
                <p className="guided-head">
                  <a href={href(info.page, { projectId })}>{info.name}</a>
                  <span className="muted small">
                    {inWindowWords(stage.figure) || texts.states[stage.state]}
                    {isNext ? ` · ${texts.next}` : ''}
                  </span>
                </p>
                {isNext && (
                  <>
                    <p className="guided-sentence">
                      <WithTerms text={info.sentence} />
                      {stage.reason && ` ${inWindowWords(stage.reason)}`}
                    </p>
                    <p>
                      <NextButton stage={stage} projectId={projectId} />
                    </p>
                  </>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {overview.nextStage === null && <p>{texts.allDone}</p>}
    </section>
  );
}

/** The one button of the page. */
function NextButton({ stage, projectId }: { readonly stage: StageState; readonly projectId: ProjectId }) {
  const info = STAGES[stage.kind];
  if (stage.state === 'running' && stage.newestRunId)
    return (
      <ButtonLink look="primary" href={href('run', { projectId, runId: stage.newestRunId })}>
        {texts.watch}
      </ButtonLink>
    );
  return (
    <ButtonLink look="primary" href={href(info.start, { projectId })}>
      {info.verb}
    </ButtonLink>
  );
}

const WAYS = ['search', 'examples', 'sft', 'rl', 'evaluate'] as const;

/** What finished stages made, as questions a person has. Training shows itself on the page of its run. */
function WorthALook({ overview }: { readonly overview: ProjectOverview }) {
  const projectId = overview.project.id;
  const ways = WAYS.flatMap((kind) => {
    const stage = overview.road.find((one) => one.kind === kind);
    if (stage?.state !== 'done') return [];
    const isTraining = kind === 'sft' || kind === 'rl';
    const to =
      isTraining && stage.newestRunId
        ? href('run', { projectId, runId: stage.newestRunId })
        : href(STAGES[kind].page, { projectId });
    return [{ kind, to, figure: inWindowWords(stage.figure) }];
  });
  if (ways.length === 0) return null;
  return (
    <Panel title={texts.explore}>
      <p className="muted">{texts.exploreHelp}</p>
      <ul className="ways">
        {ways.map(({ kind, to, figure }) => (
          <li key={kind}>
            <a href={to}>{texts.ways[kind].name}</a>
            <span className="muted small"> {figure}</span>
            <p>
              <WithTerms text={texts.ways[kind].sentence} />
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
