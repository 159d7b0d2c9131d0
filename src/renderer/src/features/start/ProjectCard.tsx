import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Project, ProjectOverview } from '@contracts/projects';
import { inWindowWords } from '../../app/host-words';
import { href } from '../../app/route-paths';
import { STAGES } from '../../app/stages';
import { api } from '../../lib/api';
import { formatMoment } from '../../lib/format';
import { ButtonLink } from '../../ui/Button';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { Skeleton } from '../../ui/Skeleton';
import { RenameButton } from '../../ui/RenameButton';
import { texts } from './texts/en';

/** One project: its road at a glance and the button to its next step; the first card's is the one that stands out. */
export function ProjectCard({ project, isFirst }: { readonly project: Project; readonly isFirst: boolean }) {
  const overview = useQuery(api.projects.overview.queryOptions({ input: { id: project.id } }));
  const queries = useQueryClient();
  const refresh = (): void => void queries.invalidateQueries({ queryKey: api.projects.key() });
  const rename = useMutation(api.projects.rename.mutationOptions({ onSuccess: refresh }));
  return (
    <li className="project">
      <div className="project-head">
        <h2>
          <a href={href('project', { projectId: project.id })}>{project.name}</a>
        </h2>
        <span className="muted small">
          {texts.created(formatMoment(project.createdAtMs, Date.now()))}
          {project.isDemo ? ` · ${texts.demo}` : ''}
        </span>
        <span className="project-tools">
          <RenameButton
            name={project.name}
            label={texts.rename}
            onRename={(name) => rename.mutate({ id: project.id, name })}
          />
          <RemoveProject project={project} onRemoved={refresh} />
        </span>
      </div>
      {rename.isError && <ErrorView error={rename.error} />}
      <Loaded query={overview} skeleton={<Skeleton lines={2} />}>
        {(data) => <NextStep overview={data} isFirst={isFirst} />}
      </Loaded>
    </li>
  );
}

function NextStep({ overview, isFirst }: { readonly overview: ProjectOverview; readonly isFirst: boolean }) {
  const projectId = overview.project.id;
  const next = overview.nextStage && STAGES[overview.nextStage];
  return (
    <>
      <ol className="project-road">
        {overview.road.map((stage) => (
          <li key={stage.kind} data-state={stage.state} data-next={stage.kind === overview.nextStage || undefined}>
            <a href={href(STAGES[stage.kind].page, { projectId })}>{STAGES[stage.kind].name}</a>
            <span className="small muted">{inWindowWords(stage.figure) || ' '}</span>
          </li>
        ))}
      </ol>
      <div className="project-next">
        {next ? (
          <>
            <p>
              <span className="muted">{texts.next}: </span>
              <strong>{next.verb}.</strong> {next.sentence}
            </p>
            <ButtonLink look={isFirst ? 'primary' : 'plain'} href={href(next.page, { projectId })}>
              {texts.goOn}
            </ButtonLink>
          </>
        ) : (
          <p>{texts.allDone}</p>
        )}
      </div>
    </>
  );
}

function RemoveProject({ project, onRemoved }: { readonly project: Project; readonly onRemoved: () => void }) {
  const remove = useMutation(api.projects.remove.mutationOptions({ onSuccess: onRemoved }));
  return (
    <ConfirmButton
      label={texts.remove}
      name={project.name}
      title={texts.removeTitle(project.name)}
      act={() => remove.mutateAsync({ id: project.id })}
    >
      {texts.removeBody}
    </ConfirmButton>
  );
}
