import type { ErrorEnvelope } from './errors';

/**
 * What the Electron shell and the host process say to each other. A window talks oRPC to the host over one MessagePort.
 *
 * Two ways to carry it. Under `utilityProcess` the window's port itself is handed to the host with `windowOpened` (`event.ports[0]`). Where the
 * host is a plain Node child (an Electron whose own Node is too old for SQLite), ports cannot cross: the shell keeps the port and relays every
 * message as `windowMessage` both ways, over Node's IPC channel with `serialization: 'advanced'`.
 */

/** Shell → host. */
export type ToHost =
  /** A window wants to talk; its port comes along under utilityProcess, its messages as `windowMessage` otherwise. */
  | { type: 'windowOpened'; window: number }
  | { type: 'windowMessage'; window: number; data: unknown }
  /** The window is gone; whatever it was listening to may stop. Runs go on. */
  | { type: 'windowClosed'; window: number }
  /** Answer to `spawnEngine`: the engine's port comes along. */
  | { type: 'engineSpawned'; engine: number }
  /** Answer to `secret`; null where it could not be done. */
  | { type: 'secretDone'; request: number; text: string | null }
  | { type: 'engineExited'; engine: number; code: number | null }
  /** Stop: let running jobs save, close the store, exit. The shell kills after `SHUTDOWN_DEADLINE_MS`. */
  | { type: 'shutdown' };

/** Host → shell. */
export type FromHost =
  | { type: 'ready' }
  /** The host cannot serve (another instance open, store locked or corrupt…); it exits after this. */
  | { type: 'failed'; error: ErrorEnvelope }
  | { type: 'windowMessage'; window: number; data: unknown }
  /** Only under utilityProcess, which cannot fork: the shell forks the engine and sends its port back. */
  | { type: 'spawnEngine'; engine: number }
  | { type: 'killEngine'; engine: number }
  | { type: 'reveal'; path: string }
  /** Seal a key with the operating system's store, or open what it sealed. Neither side writes the text down. */
  | { type: 'secret'; request: number; action: 'seal' | 'open'; text: string }
  /** Whether a run is going or waiting: then the program stays when its last window closes, and goes once this turns false. */
  | { type: 'activity'; isWorking: boolean };

/** How long a host may take to save and close after `shutdown`. */
export const SHUTDOWN_DEADLINE_MS = 10_000;
