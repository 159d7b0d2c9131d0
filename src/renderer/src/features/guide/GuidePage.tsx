import { useEffect, useRef, useState } from 'react';
import { ROAD } from '@contracts/stages';
import { PageFrame } from '../../app/PageFrame';
import type { PageProps } from '../../app/router';
import { STAGES } from '../../app/stages';
import { runAction } from '../../actions/action-store';
import { glossary, guideTexts as texts } from '../../glossary/texts/en';
import { Button } from '../../ui/Button';
import { SearchInput } from '../../ui/inputs';
import { Panel } from '../../ui/Panel';
import './guide.css';

/** The built-in guide: the road in one sentence each, and every term. `?term=kl` brings one into view. */
export function GuidePage({ query }: PageProps<'guide'>) {
  const [typed, setTyped] = useState('');
  const asked = query.get('term');
  const askedRef = useRef<HTMLDivElement>(null);
  useEffect(() => askedRef.current?.scrollIntoView({ block: 'center' }), [asked]);
  const wanted = typed.trim().toLowerCase();
  const shown = Object.entries(glossary)
    .filter(([, { name, meaning }]) => `${name} ${meaning}`.toLowerCase().includes(wanted))
    .sort(([, a], [, b]) => a.name.localeCompare(b.name));
  return (
    <PageFrame title={texts.title} sentence={<>{texts.sentence}</>}>
      <Panel title={texts.road}>
        <ol className="guide-road">
          {ROAD.map((kind) => (
            <li key={kind}>
              <strong>{STAGES[kind].name}.</strong> {STAGES[kind].sentence}
            </li>
          ))}
        </ol>
      </Panel>
      <Panel
        title={texts.terms}
        actions={
          <SearchInput
            aria-label={texts.search}
            placeholder={texts.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        }
      >
        {shown.length === 0 && <p className="muted">{texts.none}</p>}
        <dl className="guide-terms">
          {shown.map(([id, { name, meaning }]) => (
            <div key={id} ref={id === asked ? askedRef : undefined} data-asked={id === asked || undefined}>
              <dt>{name}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title={texts.keys} actions={<Button onClick={() => runAction('shortcuts')}>{texts.openKeys}</Button>}>
        <p className="muted">{texts.keysHelp}</p>
      </Panel>
    </PageFrame>
  );
}
