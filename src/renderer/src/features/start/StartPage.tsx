import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PageFrame } from '../../app/PageFrame';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { Loaded } from '../../ui/Loaded';
import { DemoOffer } from './DemoOffer';
import { NewProjectForm } from './NewProjectForm';
import { ProjectCard } from './ProjectCard';
import { TrashList } from './TrashList';
import { texts } from './texts/en';
import './start.css';

/** The first page: every project with its next step, the finished demo, and the way to a new one. */
export function StartPage() {
  const [isCreating, setCreating] = useState(false);
  const projects = useQuery(api.projects.list.queryOptions({ input: {} }));
  const isEmpty = projects.data?.length === 0;
  const newButton = <Button onClick={() => setCreating(true)}>{texts.newProject}</Button>;
  return (
    <PageFrame title={texts.title} sentence={texts.sentence} action={!isCreating && !isEmpty ? newButton : undefined}>
      {isCreating && <NewProjectForm onCancel={() => setCreating(false)} />}
      <Loaded query={projects}>
        {(list) =>
          list.length === 0 ? (
            !isCreating && (
              <>
                <DemoOffer look="primary" />
                <EmptyState title={texts.emptyTitle} action={newButton}>
                  {texts.emptyBody}
                </EmptyState>
              </>
            )
          ) : (
            <>
              <section aria-label={texts.projects}>
                <ul className="project-list">
                  {[...list]
                    .sort((a, b) => b.createdAtMs - a.createdAtMs)
                    .map((project, at) => (
                      <ProjectCard key={project.id} project={project} isFirst={at === 0 && !isCreating} />
                    ))}
                </ul>
              </section>
              {!isCreating && <DemoOffer look="plain" />}
            </>
          )
        }
      </Loaded>
      <TrashList />
    </PageFrame>
  );
}
