import { createContext } from 'react';

/** Where pages put what is selected: the element of the right panel, and a way to say that it is in use. */
export interface InspectorSlot {
  readonly element: HTMLElement | null;
  /** Called by a panel when it appears; returns its farewell. */
  readonly enter: () => () => void;
}

export const InspectorContext = createContext<InspectorSlot>({ element: null, enter: () => () => undefined });
