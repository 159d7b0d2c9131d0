import { useId, type ComponentProps, type ReactNode } from 'react';
import './button.css';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  /** One per page is `primary`. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** Says why it cannot be pressed: the button stays focusable, reads the reason aloud and shows it beside. */
  readonly disabledReason?: string | null | undefined;
  /** Pressed and waiting for the answer. */
  readonly isBusy?: boolean;
  /** The key that does the same, printed on the button. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

/** A verb. A button that cannot be pressed says why instead of going grey in silence. */
export function Button({
  look = 'plain',
  disabledReason,
  isBusy = false,
  shortcut,
  children,
  onClick,
  className,
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const isOff = Boolean(disabledReason) || isBusy;
  return (
    <span className="button-wrap">
      <button
        type="button"
        {...rest}
        className={['button', `button-${look}`, className].filter(Boolean).join(' ')}
        aria-disabled={isOff || undefined}
        aria-busy={isBusy || undefined}
        aria-describedby={disabledReason ? reasonId : rest['aria-describedby']}
        onClick={(event) => (isOff ? event.preventDefault() : onClick?.(event))}
      >
        {children}
        {shortcut !== undefined && (
          <kbd className="button-key" aria-hidden="true">
            {shortcut}
          </kbd>
        )}
      </button>
      {disabledReason && (
        <span id={reasonId} className="button-reason">
          {disabledReason}
        </span>
      )}
    </span>
  );
}

/** A link that looks like a button, for going somewhere. */
export function ButtonLink({
  look = 'plain',
  className,
  children,
  ...rest
}: ComponentProps<'a'> & { readonly look?: ButtonProps['look'] }) {
  return (
    <a {...rest} className={['button', `button-${look}`, className].filter(Boolean).join(' ')}>
      {children}
    </a>
  );
}
