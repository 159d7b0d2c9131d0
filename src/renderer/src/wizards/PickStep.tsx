import type { ReactNode } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { href } from '../app/route-paths';
import { formatBytes, formatCount, formatInteger, formatMoment, formatParameters } from '../lib/format';
import { ButtonLink } from '../ui/Button';
import { Choice } from '../ui/inputs';
import { Notice } from '../ui/marks';
import { candidatesOf, refusalOf, type PickTypes } from './picks';
import type { Material } from './material';
import { texts } from './texts/en';
import type { WizardState } from './use-wizard';
import type { PickName } from './wizard-draft';

const SHOWN = 12;

/** First step: what the run starts from. The best candidates come first; the best of all is chosen already. */
export function PickStep({
  wizard,
  projectId,
  material,
}: {
  readonly wizard: WizardState;
  readonly projectId: ProjectId;
  readonly material: Material;
}) {
  return (
    <>
      {wizard.rules.picks.map((pick) => (
        <PickList key={pick} pick={pick} wizard={wizard} projectId={projectId} material={material} />
      ))}
      {wizard.kind !== 'evaluate' && wizard.picked.questionSet?.role === 'test' && (
        <Notice>{texts.pick.testWarning}</Notice>
      )}
    </>
  );
}

function PickList({
  pick,
  wizard,
  projectId,
  material,
}: {
  readonly pick: PickName;
  readonly wizard: WizardState;
  readonly projectId: ProjectId;
  readonly material: Material;
}) {
  const row = ROWS[pick];
  const candidates = candidatesOf(pick, wizard.rules, material);
  const chosen = wizard.picked[pick]?.id ?? (row.isOptional ? '' : null);
  const options = candidates.map((one) => {
    const refusal = refusalOf(pick, one, wizard.rules);
    return {
      value: one.id as string,
      label: one.name,
      help: [describe(pick, one, material), refusal].filter(Boolean).join(' · '),
      isDisabled: refusal !== null,
    };
  });
  if (row.isOptional && candidates.length === 0) return null;
  const usable = options.filter((option) => !option.isDisabled);
  const none = { value: '', label: texts.pick.without, help: row.without ?? '', isDisabled: false };
  const shown = [...(row.isOptional ? [none] : []), ...usable, ...options.filter((option) => option.isDisabled)].slice(
    0,
    SHOWN,
  );
  return (
    <section className="pick" aria-label={row.title}>
      <h2>{row.title}</h2>
      {usable.length === 0 && (
        <div className="pick-empty">
          <p>{candidates.length === 0 ? row.none : row.noneFits}</p>
          {row.way(projectId, candidates.length > 0)}
        </div>
      )}
      {shown.length > 0 && (
        <Choice
          label={row.title}
          name={`pick-${pick}`}
          options={shown}
          value={chosen}
          onChange={(id) => wizard.draft.update((draft) => ({ ...draft, picks: { ...draft.picks, [pick]: id } }))}
        />
      )}
    </section>
  );
}

interface PickRow {
  readonly title: string;
  readonly none: string;
  readonly noneFits: string;
  /** The link that helps out; `hasUnfitting` when candidates exist that cannot be used. */
  readonly way: (projectId: ProjectId, hasUnfitting: boolean) => ReactNode;
  /** A run can do without; it is not asked for where there is none. */
  readonly isOptional?: boolean;
  /** What doing without means. */
  readonly without?: string;
}

const ROWS: Readonly<Record<PickName, PickRow>> = {
  checkpoint: {
    title: texts.pick.checkpoint,
    none: texts.pick.noCheckpoint,
    noneFits: texts.pick.noFittingCheckpoint,
    way: (projectId, hasUnfitting) =>
      hasUnfitting ? (
        <ButtonLink href={href('tokensNew', { projectId })}>{texts.pick.addTokens}</ButtonLink>
      ) : (
        <ButtonLink href={href('modelImport', { projectId })}>{texts.pick.importModel}</ButtonLink>
      ),
  },
  questionSet: {
    title: texts.pick.questionSet,
    none: texts.pick.noQuestionSet,
    noneFits: texts.pick.noQuestionSet,
    way: (projectId) => (
      <ButtonLink href={href('questionsImport', { projectId })}>{texts.pick.importQuestions}</ButtonLink>
    ),
  },
  searchRun: {
    title: texts.pick.searchRun,
    none: texts.pick.noSearchRun,
    noneFits: texts.pick.noSearchRun,
    way: (projectId) => <ButtonLink href={href('searchNew', { projectId })}>{texts.pick.growTrees}</ButtonLink>,
  },
  dataset: {
    title: texts.pick.dataset,
    none: texts.pick.noDataset,
    noneFits: texts.pick.noDataset,
    way: (projectId) => <ButtonLink href={href('examplesNew', { projectId })}>{texts.pick.makeExamples}</ButtonLink>,
  },
  judge: {
    title: texts.pick.judge,
    none: texts.pick.noJudge,
    noneFits: texts.pick.noJudge,
    way: (projectId) => <ButtonLink href={href('prmNew', { projectId })}>{texts.pick.trainJudge}</ButtonLink>,
    isOptional: true,
    without: texts.pick.withoutJudge,
  },
  marks: {
    title: texts.pick.marks,
    none: texts.pick.noDataset,
    noneFits: texts.pick.noDataset,
    way: (projectId) => <ButtonLink href={href('examplesNew', { projectId })}>{texts.pick.makeExamples}</ButtonLink>,
    isOptional: true,
    without: texts.pick.withoutMarks,
  },
};

const DESCRIBE: { readonly [P in PickName]: (one: PickTypes[P], material: Material) => string } = {
  checkpoint: (one, material) =>
    `${originOf(one, material)}${formatParameters(one.parameterCount)} weights, ${formatBytes(one.sizeBytes)}, ${tokensOf(one)}`,
  questionSet: (one) => texts.pick.questions(formatCount(one.count, 'question'), texts.pick.roles[one.role]),
  searchRun: (one) => `${formatCount(one.outputs.treeCount, 'tree')}, ${formatMoment(one.createdAtMs, Date.now())}`,
  judge: (one, material) =>
    `${originOf(one, material)}${formatParameters(one.parameterCount)} weights, ${formatBytes(one.sizeBytes)}`,
  marks: (one) => formatCount(one.count, 'example'),
  dataset: (one) =>
    texts.pick.accepted(formatInteger(one.verdicts.accepted + one.verdicts.todo), formatInteger(one.count)),
};

function tokensOf({ tokenSet, hasFunctionalTokens }: Checkpoint): string {
  if (tokenSet) return texts.pick.withSet(tokenSet.name);
  return hasFunctionalTokens ? texts.pick.withTokens : texts.pick.withoutTokens;
}

/** The run that wrote a checkpoint, since many of them bear the same name, and how far it was. */
function originOf(checkpoint: Checkpoint, { runs }: Material): string {
  const run = runs.find(({ id }) => id === checkpoint.runId);
  if (!run) return '';
  const when = formatMoment(checkpoint.createdAtMs, Date.now());
  return `${checkpoint.isFinal ? texts.pick.ofRun(run.name, when) : texts.pick.onTheWay(run.name, checkpoint.step ?? 0)} · `;
}

function describe<P extends PickName>(pick: P, one: PickTypes[P], material: Material): string {
  return DESCRIBE[pick](one, material);
}
