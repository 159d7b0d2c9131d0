import { useQuery } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import type { ProjectId } from '@contracts/ids';
import { api } from '../lib/api';
import { isGone } from '../lib/errors';
import { learnTokens } from '../tokens/known-tokens';
import { ButtonLink } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';
import { PageFrame } from './PageFrame';
import { href } from './route-paths';
import { texts } from './texts/en';

/** Shows the page, unless its project is gone: then says so and offers the way out. */
export function ProjectGate({
  projectId,
  children,
}: {
  readonly projectId: ProjectId | null;
  readonly children: ReactNode;
}) {
  return projectId === null ? children : <Gate projectId={projectId}>{children}</Gate>;
}

function Gate({ projectId, children }: { readonly projectId: ProjectId; readonly children: ReactNode }) {
  const overview = useQuery(api.projects.overview.queryOptions({ input: { id: projectId } }));
  const tokens = overview.data?.tokens;
  useEffect(() => {
    if (tokens) learnTokens(tokens);
  }, [tokens]);
  if (!overview.isError || !isGone(overview.error)) return children;
  return (
    <PageFrame title={texts.projectGone.title}>
      <EmptyState
        title={texts.projectGone.body}
        action={<ButtonLink href={href('start', {})}>{texts.notFound.action}</ButtonLink>}
      />
    </PageFrame>
  );
}
