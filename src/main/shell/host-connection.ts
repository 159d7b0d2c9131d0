import { BrowserWindow, ipcMain, MessageChannelMain, shell, type IpcMainEvent } from 'electron';
import type { ErrorEnvelope } from '@contracts/errors';
import { SHUTDOWN_DEADLINE_MS, type FromHost } from '@contracts/shell-protocol';
import { FAILED_CHANNEL, PORT_CHANNEL, REQUEST_CHANNEL } from '@contracts/shell-channels';
import type { HostPaths, HostProcess } from './host-process';
import { answerSecret } from './secrets';
import { isOurs } from './security';
import { startHost } from './start-host';

/**
 * Keeps one host process for all windows: starts it when a window first asks, hands each asking page a port to it, tells the pages when it is
 * gone, and starts it anew when a page asks again.
 */
export class HostConnection {
  private host: HostProcess | null = null;
  private failure: ErrorEnvelope | null = null;
  private isStopping = false;
  private onGone: (() => void) | null = null;
  private working = false;

  /** @param onIdle called when the last run has ended, or its host has gone */
  constructor(
    private readonly paths: HostPaths,
    private readonly origins: readonly string[],
    private readonly onIdle: () => void = () => undefined,
  ) {
    ipcMain.on(REQUEST_CHANNEL, (event) => this.handOverPort(event));
  }

  /** Whether a run is going or waiting. */
  get isWorking(): boolean {
    return this.working;
  }

  /** Starts the host if none runs. */
  start(): void {
    if (this.host !== null || this.isStopping) return;
    this.failure = null;
    try {
      this.host = startHost(this.paths, {
        onMessage: (message) => this.receive(message),
        onExit: (code) => this.noticeExit(code),
      });
    } catch (error) {
      this.failure = hostFailure(error instanceof Error ? error.message : String(error));
    }
  }

  /** Asks the host to save and close; kills it when it takes too long. Resolves when it is gone. */
  stop(): Promise<void> {
    const { host } = this;
    this.isStopping = true;
    if (host === null) return Promise.resolve();
    return new Promise((resolve) => {
      const deadline = setTimeout(() => host.kill(), SHUTDOWN_DEADLINE_MS);
      this.onGone = () => {
        clearTimeout(deadline);
        resolve();
      };
      host.post({ type: 'shutdown' });
    });
  }

  private handOverPort(event: IpcMainEvent): void {
    const window = BrowserWindow.fromWebContents(event.sender);
    // Only the page itself may ask, not a frame inside it and not a page from elsewhere.
    if (window === null || event.senderFrame !== event.sender.mainFrame || !isOurs(event.sender.getURL(), this.origins))
      return;
    this.start();
    if (this.host === null) {
      if (this.failure !== null) event.sender.send(FAILED_CHANNEL, this.failure);
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    this.host.connectWindow(port2);
    event.sender.postMessage(PORT_CHANNEL, null, [port1]);
  }

  private receive(message: FromHost): void {
    if (message.type === 'failed') this.failure = message.error;
    else if (message.type === 'reveal') shell.showItemInFolder(message.path);
    else if (message.type === 'secret') this.host?.post(answerSecret(message));
    else if (message.type === 'activity') this.setWorking(message.isWorking);
  }

  private setWorking(working: boolean): void {
    const wasWorking = this.working;
    this.working = working;
    if (wasWorking && !working) this.onIdle();
  }

  private noticeExit(code: number | null): void {
    this.host = null;
    this.setWorking(false);
    this.onGone?.();
    if (this.isStopping) return;
    this.failure ??= hostFailure(`The workbench's background process ended unexpectedly (code ${code ?? 'none'}).`);
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(FAILED_CHANNEL, this.failure);
  }
}

function hostFailure(message: string): ErrorEnvelope {
  return {
    kind: 'internal',
    message,
    facts: {
      code: 'host-gone',
      kept: 'Everything up to the last checkpoint of a running job is on disk.',
      wayOut: 'Reconnect, or quit the workbench and start it again.',
    },
  };
}
