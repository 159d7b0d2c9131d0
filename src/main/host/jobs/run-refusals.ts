import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';

export function runGone(): WorkbenchError {
  return new WorkbenchError('not_found', 'This run is no longer there.', {
    code: 'run-gone',
    wayOut: 'It was deleted; look at the list of runs.',
  });
}

/** A run cannot be brought into a state from the one it is in. */
export function wrongState(run: Run, wanted: string, because: string): WorkbenchError {
  return new WorkbenchError('conflict', `"${run.name}" cannot be ${wanted}: ${because}.`, {
    code: 'run-state',
    kept: 'Nothing was changed.',
    details: { name: run.name, status: run.status },
  });
}

/** Without its saved state a run would begin anew over the figures of its first try. */
export function folderGone(run: Run): WorkbenchError {
  return new WorkbenchError('precondition', `The folder of "${run.name}" is not where it was.`, {
    code: 'run-folder-gone',
    where: run.folder,
    kept: 'Its figures, samples and log.',
    wayOut: 'Put the folder back and resume, or start it again with the same settings.',
    details: { name: run.name },
  });
}
