import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { formatBytes, formatInteger, formatProportion } from '../../lib/format';
import { Button, type ButtonProps } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { texts } from './texts/en';

/** The finished project that ships with the program, one press away; nothing where it did not come along or is open already. */
export function DemoOffer({ look }: { readonly look: NonNullable<ButtonProps['look']> }) {
  const queries = useQueryClient();
  const demo = useQuery(api.projects.demo.queryOptions({ input: {} }));
  const open = useMutation(
    api.projects.openDemo.mutationOptions({
      onSuccess: (project) => {
        void queries.invalidateQueries({ queryKey: api.projects.key() });
        navigate('project', { projectId: project.id });
      },
    }),
  );
  const about = demo.data?.about;
  if (!demo.data?.isAvailable || demo.data.openId !== null || !about) return null;
  const { accuracy, trees, examples } = about;
  return (
    <section className="demo-offer" aria-label={texts.demoTitle}>
      <h2>{texts.demoTitle}</h2>
      <p>
        {texts.demoBody(
          formatInteger(trees),
          formatInteger(examples),
          formatProportion(accuracy.before),
          formatProportion(accuracy.afterRl),
          formatInteger(accuracy.afterRl.count),
        )}
      </p>
      <div className="row">
        <Button look={look} isBusy={open.isPending} onClick={() => open.mutate({})}>
          {texts.openDemo}
        </Button>
        <span className="muted small">{texts.demoSize(formatBytes(demo.data.sizeBytes))}</span>
      </div>
      {open.isError && <ErrorView error={open.error} />}
    </section>
  );
}
