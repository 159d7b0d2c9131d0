import { useQuery } from '@tanstack/react-query';
import type { Proportion } from '@contracts/evaluations';
import type { ProjectId } from '@contracts/ids';
import { api } from '../../lib/api';
import { formatDuration, formatInteger, formatMoment, formatProportion } from '../../lib/format';
import { Notice } from '../../ui/marks';
import { Facts, Panel } from '../../ui/Panel';
import { texts } from './texts/en';

/** How the shipped project came to be, on its own page; nothing on any other project's. */
export function AboutDemo({ projectId }: { readonly projectId: ProjectId }) {
  const demo = useQuery(api.projects.demo.queryOptions({ input: {} }));
  const about = demo.data?.projectId === projectId ? demo.data.about : null;
  if (!about) return null;
  const figure = (share: Proportion): string => texts.questions(formatProportion(share), formatInteger(share.count));
  return (
    <Panel title={texts.about}>
      <p className="muted">{texts.aboutBody}</p>
      <Facts
        rows={[
          [texts.before, figure(about.accuracy.before)],
          [texts.afterSft, figure(about.accuracy.afterSft)],
          [texts.afterRl, figure(about.accuracy.afterRl)],
          [
            texts.rounded,
            texts.roundedBody(
              about.shipped.dtype,
              formatProportion(about.shipped.afterSft),
              formatProportion(about.shipped.afterRl),
            ),
          ],
          [
            texts.madeBy,
            <span key="made">
              <code>{about.command}</code>
              <br />
              {texts.madeOn(
                formatDuration(about.minutes * 60),
                formatInteger(about.cores),
                formatMoment(about.madeAtMs, Date.now()),
                about.programVersion,
              )}
            </span>,
          ],
        ]}
      />
      {about.isQuick && <Notice>{texts.quick}</Notice>}
    </Panel>
  );
}
