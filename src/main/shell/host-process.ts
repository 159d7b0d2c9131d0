import type { MessagePortMain } from 'electron';
import type { FromHost, ToHost } from '@contracts/shell-protocol';

/** The host as the shell sees it, however it is carried. */
export interface HostProcess {
  /** Connects a window: from now on what arrives at `port` goes to the host and back, until either side closes. */
  connectWindow(port: MessagePortMain): void;
  post(message: ToHost): void;
  kill(): void;
}

export interface HostEvents {
  /** Everything but relayed window messages and engine requests, which the carrier handles itself. */
  onMessage(message: FromHost): void;
  /** Called once. */
  onExit(code: number | null): void;
}

export interface HostPaths {
  /** Folder with host.cjs and engine.cjs. */
  readonly programFolder: string;
  readonly resourcesFolder: string;
  readonly dataFolder: string;
}

/** Command line of the host entry. */
export function hostArguments(paths: HostPaths): string[] {
  return ['--data', paths.dataFolder, '--resources', paths.resourcesFolder];
}
