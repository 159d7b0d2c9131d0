import { ButtonLink } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';
import { PageFrame } from './PageFrame';
import { href } from './route-paths';
import { texts } from './texts/en';

/** For an address that nothing answers to. */
export function NotFoundPage() {
  return (
    <PageFrame title={texts.notFound.title}>
      <EmptyState
        title={texts.notFound.body}
        action={<ButtonLink href={href('start', {})}>{texts.notFound.action}</ButtonLink>}
      />
    </PageFrame>
  );
}
