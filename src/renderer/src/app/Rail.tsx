import { useQuery } from '@tanstack/react-query';
import type { StageState } from '@contracts/projects';
import type { ProjectId } from '@contracts/ids';
import { runAction } from '../actions/action-store';
import { showKey } from '../actions/keys';
import { useKeys } from '../actions/use-actions';
import { api } from '../lib/api';
import { inWindowWords } from './host-words';
import { href, type RouteId } from './route-paths';
import { STAGES } from './stages';
import { texts } from './texts/en';
import './rail.css';

/** Glyph of a stage's state; the word stands beside it for screen readers. */
const STATE_GLYPHS: Readonly<Record<StageState['state'], string>> = {
  'not-yet': '·',
  ready: '○',
  running: '◐',
  done: '●',
};

/** Which entry of the rail a page belongs to: pages of wizards and details light their stage. */
const RAIL_OF: Partial<Record<RouteId, RouteId>> = {
  modelImport: 'model',
  tokensNew: 'tokens',
  searchNew: 'trees',
  tree: 'trees',
  treeGrowing: 'trees',
  examplesNew: 'examples',
  examplesImport: 'examples',
  dataset: 'examples',
  sftNew: 'sft',
  prmNew: 'prm',
  rlNew: 'rl',
  evaluateNew: 'compare',
  exportNew: 'export',
  questionsImport: 'questions',
  questionSet: 'questions',
  run: 'runs',
};

/** Left rail: the road with its states, then what lies beside it. */
export function Rail({ projectId, route }: { readonly projectId: ProjectId | null; readonly route: RouteId | null }) {
  const { keys } = useKeys();
  const current = route && (RAIL_OF[route] ?? route);
  return (
    <nav className="rail" aria-label={texts.rail.label}>
      <a
        className="rail-product"
        href={href('start', {})}
        aria-current={route === 'start' ? 'page' : undefined}
        title={texts.rail.projects}
      >
        <span className="rail-glyph" aria-hidden="true">
          ↻
        </span>
        <span className="rail-name">{texts.product}</span>
      </a>
      <button
        type="button"
        className="rail-link rail-search"
        onClick={() => runAction('palette')}
        title={texts.rail.search}
      >
        <span className="rail-glyph" aria-hidden="true">
          ⌕
        </span>
        <span className="rail-name">
          {texts.rail.search}
          <kbd className="rail-key" aria-hidden="true">
            {showKey(keys.palette)}
          </kbd>
        </span>
      </button>
      {projectId && <Road projectId={projectId} current={current} />}
      <ul className="rail-beside" aria-label={texts.rail.beside}>
        {projectId && (
          <>
            <RailLink
              to={href('questions', { projectId })}
              glyph="¶"
              name={texts.rail.questions}
              isCurrent={current === 'questions'}
            />
            <RailLink to={href('prm', { projectId })} glyph="⚖" name={texts.rail.judge} isCurrent={current === 'prm'} />
            <RailLink
              to={href('playground', { projectId })}
              glyph="▷"
              name={texts.rail.playground}
              isCurrent={current === 'playground'}
            />
            <RailLink
              to={href('runs', { projectId })}
              glyph="≡"
              name={texts.rail.runs}
              isCurrent={current === 'runs'}
            />
          </>
        )}
        <RailLink to={href('guide', {})} glyph="?" name={texts.rail.guide} isCurrent={current === 'guide'} />
        <RailLink to={href('settings', {})} glyph="◧" name={texts.rail.settings} isCurrent={current === 'settings'} />
      </ul>
    </nav>
  );
}

function Road({ projectId, current }: { readonly projectId: ProjectId; readonly current: RouteId | null }) {
  const overview = useQuery(api.projects.overview.queryOptions({ input: { id: projectId } }));
  const road = overview.data?.road ?? [];
  return (
    <>
      <p className="rail-project">
        <a
          className="rail-link truncate"
          href={href('project', { projectId })}
          aria-current={current === 'project' ? 'page' : undefined}
          title={overview.data?.project.name}
        >
          <span className="rail-glyph" aria-hidden="true">
            ◉
          </span>
          <span className="rail-name truncate">{overview.data?.project.name ?? ' '}</span>
        </a>
      </p>
      <ol className="rail-road">
        {road.map((stage) => {
          const info = STAGES[stage.kind];
          const isNext = stage.kind === overview.data?.nextStage;
          return (
            <li key={stage.kind}>
              <a
                className="rail-link"
                data-state={stage.state}
                data-next={isNext || undefined}
                href={href(info.page, { projectId })}
                aria-current={current === info.page ? 'page' : undefined}
                title={stage.reason === '' ? info.name : `${info.name}: ${inWindowWords(stage.reason)}`}
              >
                <span className="rail-glyph" aria-hidden="true">
                  {STATE_GLYPHS[stage.state]}
                </span>
                <span className="rail-name">
                  {info.name}
                  <span className="visually-hidden">
                    , {texts.rail.states[stage.state]}
                    {isNext ? `, ${texts.rail.next}` : ''}
                  </span>
                  {stage.figure && <span className="rail-figure">{inWindowWords(stage.figure)}</span>}
                </span>
              </a>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function RailLink({
  to,
  glyph,
  name,
  isCurrent,
}: {
  readonly to: string;
  readonly glyph: string;
  readonly name: string;
  readonly isCurrent: boolean;
}) {
  return (
    <li>
      <a className="rail-link" href={to} aria-current={isCurrent ? 'page' : undefined} title={name}>
        <span className="rail-glyph" aria-hidden="true">
          {glyph}
        </span>
        <span className="rail-name">{name}</span>
      </a>
    </li>
  );
}
