import type { SessionSetup } from '@contracts/engine-protocol';
import { NEVER_CANCELLED } from '@core/ports';
import { OrtExecutor } from '../ort-executor';
import { openModelOn, type JobModel } from '../runners/open-model';

/** Answers and walks of a search that share a decoding step. */
const MAX_ROWS = 8;
/** Keys and values of a conversation with one person. */
const KV_BYTES = 2 ** 28;

/** Opens the model of a session on the processor: what a person tries out shall not take a graphics card from a run. */
export async function openSessionModel({ model, precision, threads }: SessionSetup): Promise<JobModel> {
  const executor = new OrtExecutor({ threads });
  const { traits } = await executor.report();
  return openModelOn({ executor, readsInPlace: traits.readsInPlace }, model, NEVER_CANCELLED, {
    maxRows: MAX_ROWS,
    precision,
    kvBytes: KV_BYTES,
  });
}
