import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Button } from './Button';
import { texts } from './texts/en';
import './dialog.css';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the foot; "Cancel" is always there. */
  readonly actions: ReactNode;
  /** For lists; a plain question stays narrow. */
  readonly isWide?: boolean;
  /** Instead of "Cancel", where there is nothing left to cancel. */
  readonly closeLabel?: string;
}

/** A question that must be answered first. The platform's own modal: focus stays inside, Escape closes. */
export function Dialog({ title, isOpen, onClose, children, actions, isWide = false, closeLabel }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (isOpen && dialog && !dialog.open) dialog.showModal();
    if (!isOpen && dialog?.open) dialog.close();
  }, [isOpen]);
  return (
    <dialog ref={ref} className={isWide ? 'dialog dialog-wide' : 'dialog'} aria-labelledby={id} onClose={onClose}>
      {isOpen && (
        <>
          <h2 id={id}>{title}</h2>
          <div className="dialog-body">{children}</div>
          <div className="dialog-actions">
            <Button onClick={onClose}>{closeLabel ?? texts.cancel}</Button>
            {actions}
          </div>
        </>
      )}
    </dialog>
  );
}
