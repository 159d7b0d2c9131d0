import { useMutation } from '@tanstack/react-query';
import { PromptLayoutName } from '@contracts/example-files';
import type { QuestionSet } from '@contracts/questions';
import { api } from '../../lib/api';
import { formatCount } from '../../lib/format';
import { ExportDialog } from './ExportDialog';
import { texts } from './texts/en';

const LAYOUTS = PromptLayoutName.options.map((value) => ({
  value,
  label: texts.promptLayouts[value],
  help: texts.promptLayoutHelp[value],
}));

/** Questions of a set as a file for reinforcement learning elsewhere. */
export function QuestionExportDialog({
  set,
  isOpen,
  onClose,
}: {
  readonly set: QuestionSet;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const write = useMutation(api.exampleFiles.exportQuestions.mutationOptions());
  return (
    <ExportDialog
      title={texts.exportQuestions}
      isOpen={isOpen}
      onClose={onClose}
      name={set.name}
      layouts={LAYOUTS}
      amount={formatCount(set.count, 'question')}
      isEmpty={set.count === 0}
      onWrite={(order) => write.mutate({ ...order, id: set.id })}
      isBusy={write.isPending}
      report={write.data}
      error={write.error}
      onReset={write.reset}
    />
  );
}
