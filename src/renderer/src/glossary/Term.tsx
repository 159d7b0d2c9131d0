import type { ReactNode } from 'react';
import { href } from '../app/route-paths';
import { Tooltip } from '../ui/Tooltip';
import { glossary, type TermId } from './texts/en';
import './glossary.css';

/** A word of the field, underlined; hover and focus explain it, a press opens the guide there. */
export function Term({ id, children }: { readonly id: TermId; readonly children?: ReactNode }) {
  const { name, meaning } = glossary[id];
  return (
    <Tooltip
      text={
        <>
          <strong>{name}</strong>
          <br />
          {meaning}
        </>
      }
    >
      <a className="term" href={href('guide', {}, { term: id })}>
        {children ?? name}
      </a>
    </Tooltip>
  );
}
