import type { Checkpoint } from '@contracts/models';
import type { Run } from '@contracts/runs';
import { defaultsOf } from './form/fields';
import { STAGE_FIELDS } from './job-spec';
import { suggestSettings, type StageKind } from './suggestions';
import { EMPTY_DRAFT, withSettings, type WizardDraft } from './wizard-draft';

/** Where the wizard of a stage keeps its draft. */
export function draftKey(projectId: string, kind: StageKind): string {
  return `wizard/${projectId}/${kind}`;
}

export interface Fork {
  readonly run: Run;
  readonly kind: StageKind;
  readonly checkpoint: Checkpoint;
  readonly name: string;
  /** Settings that differ from the run's. */
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** A draft of the same job from another checkpoint: picks and settings of the run, all that differ from what is suggested marked as changed. */
export function forkDraft({ run, kind, checkpoint, name, changes = {} }: Fork): WizardDraft {
  const { spec } = run;
  const suggested = suggestSettings(kind, defaultsOf(STAGE_FIELDS[kind]), checkpoint, 'balanced');
  const draft: WizardDraft = {
    ...EMPTY_DRAFT,
    step: 'settings',
    name,
    tokenSet: spec.kind === 'tokens' ? (spec.tokenSet ?? null) : null,
    picks: {
      checkpoint: checkpoint.id,
      ...('questionSetId' in spec && { questionSet: spec.questionSetId }),
      ...('datasetId' in spec &&
        spec.datasetId !== null && { [spec.kind === 'prm' ? 'marks' : 'dataset']: spec.datasetId }),
      ...('judgeId' in spec && spec.judgeId !== null && { judge: spec.judgeId }),
      ...('searchRunId' in spec && { searchRun: spec.searchRunId }),
    },
  };
  return withSettings(draft, suggested, { ...suggested, ...spec.config, ...changes });
}
