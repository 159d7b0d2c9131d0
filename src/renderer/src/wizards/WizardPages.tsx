import { ProjectId } from '@contracts/ids';
import type { StageKind } from './suggestions';
import { Wizard } from './Wizard';

/** The page of a stage's wizard, for the route table. */
export function wizardPage(kind: StageKind) {
  return function WizardPage({
    params,
    query,
  }: {
    readonly params: { readonly projectId: string };
    readonly query: URLSearchParams;
  }) {
    return <Wizard kind={kind} projectId={ProjectId.parse(params.projectId)} query={query} />;
  };
}
