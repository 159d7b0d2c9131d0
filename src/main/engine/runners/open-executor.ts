import type { JobContext } from '../job-context';
import { OrtExecutor } from '../ort-executor';

/** The executor of a job; the log says where its binding differs from the one that the program was made for. */
export async function openExecutor(context: Pick<JobContext, 'job' | 'log'>): Promise<OrtExecutor> {
  const executor = new OrtExecutor({ threads: context.job.threads });
  const { note } = await executor.report();
  if (note !== null) context.log('warning', note);
  return executor;
}
