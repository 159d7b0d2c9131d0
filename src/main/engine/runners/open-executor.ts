import type { GraphExecutor } from '@core/ports';
import type { JobContext } from '../job-context';
import { OrtExecutor } from '../ort-executor';
import { tryWebGpu, WebGpuExecutor } from '../webgpu-executor';

type Needs = Pick<JobContext, 'job' | 'log' | 'noteDevice'>;

/** The processor's executor; the log says where its binding differs from the one that the program was made for. */
export async function openExecutor(context: Needs): Promise<OrtExecutor> {
  context.noteDevice('processor');
  const executor = new OrtExecutor({ threads: context.job.threads });
  const { note } = await executor.report();
  if (note !== null) context.log('warning', note);
  return executor;
}

/** What a job computes with, and whether weights are read where they lie. */
export interface JobExecutor {
  readonly executor: GraphExecutor;
  readonly readsInPlace: boolean;
}

/**
 * The executor of a job: on the device that the host chose, or on the processor with the reason in the log. One for the whole process: what
 * generates, what trains and what it is compared with share it.
 */
export async function openJobExecutor(context: Needs): Promise<JobExecutor> {
  const { device, deviceName, deviceReason } = context.job;
  const reason = device === 'cpu' ? deviceReason : await whyNotOnDevice(context);
  if (reason === null) {
    context.log('info', `This run computes on ${deviceName}. ${deviceReason}`.trim(), {
      code: 'computes-on',
      values: { device: deviceName },
    });
    context.noteDevice(deviceName);
    return { executor: new WebGpuExecutor(), readsInPlace: true };
  }
  if (reason !== '')
    context.log(device === 'cpu' ? 'info' : 'warning', `This run computes on the processor. ${reason}`, {
      code: 'computes-on-processor',
      values: { reason },
    });
  const executor = await openExecutor(context);
  const { traits } = await executor.report();
  return { executor, readsInPlace: traits.readsInPlace };
}

/** In words, or null where the device takes the job. */
async function whyNotOnDevice({ job }: Needs): Promise<string | null> {
  const settings = whyProcessorAlone(job.spec.config);
  if (settings !== null) return settings;
  const missing = await tryWebGpu();
  return missing === null ? null : `${job.deviceName} does not answer any more: ${missing}`;
}

type Settings = Needs['job']['spec']['config'];

/** What the processor alone can do, by the settings that ask for it. */
const PROCESSOR_ALONE: readonly { readonly asks: (config: Settings) => boolean; readonly words: string }[] = [
  {
    asks: (config) => 'moments' in config && config.moments !== 'float32',
    words: 'Moments of one byte are kept by the processor alone.',
  },
  {
    asks: (config) => 'averageDecay' in config && config.averageDecay > 0,
    words: 'An average of the weights is kept by the processor alone.',
  },
  {
    asks: (config) => 'decodePrecision' in config && config.decodePrecision !== 'fp32',
    words: 'Text is generated from quantised weights on the processor alone.',
  },
];

/** Why a job of these settings cannot run on a device, in words; null where it can. */
export function whyProcessorAlone(config: Settings): string | null {
  return PROCESSOR_ALONE.find(({ asks }) => asks(config))?.words ?? null;
}
