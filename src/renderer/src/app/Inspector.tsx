import { use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { InspectorContext, type InspectorSlot } from './inspector-context';
import { texts } from './texts/en';
import './inspector.css';

/**
 * What is selected, shown in the right panel: `<Inspector title="Node 12">…</Inspector>` anywhere in a page.
 * One selection, one inspector; without any the panel is not there.
 */
export function Inspector({
  title,
  onClose,
  children,
}: {
  readonly title: ReactNode;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}) {
  const { element, enter } = use(InspectorContext);
  useEffect(enter, [enter]);
  if (element === null) return null;
  return createPortal(
    <>
      <header className="inspector-head">
        <h2>{title}</h2>
        {onClose && (
          <button type="button" className="icon-button" aria-label={texts.inspector.close} onClick={onClose}>
            ×
          </button>
        )}
      </header>
      <div className="inspector-body">{children}</div>
    </>,
    element,
  );
}

/** Below this the page needs the width itself; below 1024 px (app.css) the panel lies over it. */
const TOO_NARROW = '(max-width: 1199px)';

/** Makes the slot and the panel's frame; `render` gets the slot's provider value and the aside to place. */
export function useInspectorSlot(): { readonly slot: InspectorSlot; readonly panel: ReactNode } {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [users, setUsers] = useState(0);
  // In a narrow window it takes the page's room, so it waits there until it is asked for.
  const [isFolded, setFolded] = useState(() => window.matchMedia(TOO_NARROW).matches);
  const enter = useCallback(() => {
    setUsers((count) => count + 1);
    return () => setUsers((count) => count - 1);
  }, []);
  const slot = useMemo(() => ({ element, enter }), [element, enter]);
  const isUsed = users > 0;
  const panel = (
    <aside
      className="inspector"
      aria-label={texts.inspector.label}
      data-used={isUsed || undefined}
      data-folded={isFolded || undefined}
      hidden={!isUsed}
    >
      <button type="button" className="inspector-fold" aria-expanded={!isFolded} onClick={() => setFolded(!isFolded)}>
        <span aria-hidden="true">{isFolded ? '‹' : '›'}</span>
        <span className="visually-hidden">{isFolded ? texts.inspector.unfold : texts.inspector.fold}</span>
      </button>
      <div ref={setElement} className="inspector-content" hidden={isFolded} />
    </aside>
  );
  return { slot, panel };
}
