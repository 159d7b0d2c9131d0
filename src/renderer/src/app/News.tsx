import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../lib/api';
import { draftConflicts, settleConflict } from '../lib/draft-conflicts';
import { formatDuration } from '../lib/format';
import { dismissRun, runNews } from '../lib/run-news';
import { Button } from '../ui/Button';
import { Notice } from '../ui/marks';
import { href } from './route-paths';
import { texts } from './texts/en';

/** What happened while the person was elsewhere: above the status bar, until it is dismissed. */
export function News() {
  const runs = useSyncExternalStore(runNews.subscribe, runNews.get);
  const conflicts = useSyncExternalStore(draftConflicts.subscribe, draftConflicts.get);
  useSystemNotifications();
  return (
    <div className="news" role="status">
      {runs.slice(0, 3).map((run) => (
        <Notice key={run.id} tone={run.status === 'finished' ? 'good' : 'warn'}>
          <span className="row">
            {texts.news.ended(run.name, texts.news.how[run.status === 'finished' ? 'finished' : 'stopped'])}
            <span className="muted small">{formatDuration(run.activeSeconds)}</span>
            <a href={href('run', { projectId: run.projectId, runId: run.id })} onClick={() => dismissRun(run.id)}>
              {texts.news.open}
            </a>
            <Button look="quiet" onClick={() => dismissRun(run.id)}>
              {texts.news.dismiss}
            </Button>
          </span>
        </Notice>
      ))}
      {conflicts.map(({ key, takeTheirs, keepMine }) => (
        <Notice key={key}>
          <span className="row">
            {texts.news.conflict}
            <Button
              onClick={() => {
                takeTheirs();
                settleConflict(key);
              }}
            >
              {texts.news.takeTheirs}
            </Button>
            <Button
              onClick={() => {
                settleConflict(key);
                keepMine();
              }}
            >
              {texts.news.keepMine}
            </Button>
          </span>
        </Notice>
      ))}
    </div>
  );
}

/** A run that ends while the window is out of sight is told by the system, where the person allowed it. */
function useSystemNotifications(): void {
  const settings = useQuery(api.system.settings.queryOptions({ input: {} }));
  const isWanted = settings.data?.notify ?? false;
  const told = useRef(new Set<string>());
  const runs = useSyncExternalStore(runNews.subscribe, runNews.get);
  useEffect(() => {
    for (const run of runs) {
      if (told.current.has(run.id)) continue;
      told.current.add(run.id);
      if (!isWanted || document.hasFocus() || !('Notification' in window) || Notification.permission !== 'granted')
        continue;
      const how = texts.news.how[run.status === 'finished' ? 'finished' : 'stopped'];
      const shown = new Notification(texts.product, { body: texts.news.ended(run.name, how), tag: run.id });
      shown.addEventListener('click', () => {
        window.focus();
        location.hash = href('run', { projectId: run.projectId, runId: run.id });
      });
    }
  }, [runs, isWanted]);
}
