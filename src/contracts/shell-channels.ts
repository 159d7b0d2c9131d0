/** The three things that pass between a page, the preload and the Electron shell. */

/** Page → shell: give me a port to the host. */
export const REQUEST_CHANNEL = 'workbench:port-wanted';
/** Shell → page: here it is, with the port attached. */
export const PORT_CHANNEL = 'workbench:port';
/** Shell → page: the host is gone or could not start; an ErrorEnvelope. */
export const FAILED_CHANNEL = 'workbench:failed';
