import { constants, setPriority } from 'node:os';
import { readProcessor } from './processor';
import { answerProbe } from './devices/serve-probe';
import { serveJob, type EngineChannel } from './serve-job';
import { RUNNERS } from './runners';

/**
 * Entry of the engine process: one job, then exit. It starts in two ways: as a child of a Node host, talking over Node's own channel, or as a
 * utility process of Electron, whose shell sends a port to the host.
 */
interface MessagePortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: MessagePortLike[] }) => void): void;
  on(event: 'close', listener: () => void): void;
  start(): void;
}

interface ElectronProcess {
  /** Only there in a utility process. */
  readonly parentPort?: MessagePortLike;
}

const { parentPort } = process as unknown as ElectronProcess;
if (parentPort) {
  parentPort.on('message', ({ ports: [port] }) => {
    if (port) serve(overPort(port));
  });
} else {
  serve(overNodeChannel());
}

function serve(channel: EngineChannel): void {
  serveJob(channel, RUNNERS, {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    memoryBytes: () => process.memoryUsage.rss(),
    versions: { node: process.versions.node },
    processor: readProcessor(),
    lowerPriority,
    answerProbe,
    // The last message must leave before the process does.
    onSettled: () => setTimeout(() => process.exit(0), 50),
  });
}

/** Where the system does not let a process step back, the job runs as any other. */
function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The fewer threads are what counts.
  }
}

function overNodeChannel(): EngineChannel {
  // Without a host there is nobody to work for: everything that counts was stored.
  process.on('disconnect', () => process.exit(0));
  return {
    post: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
  };
}

function overPort(port: MessagePortLike): EngineChannel {
  port.on('close', () => process.exit(0));
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
  };
}
