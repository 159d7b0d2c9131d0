import * as questions from '../services/questions';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function questionsRouter(context: ServiceContext) {
  const { questions: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => questions.listQuestionSets(context, input.projectId)),
    preview: calls.preview.handler(({ input }) => questions.previewQuestionFile(input.path)),
    import: calls.import.handler(({ input }) => questions.importQuestions(context, input)),
    rows: calls.rows.handler(({ input }) => questions.pageQuestions(context, input)),
    rename: calls.rename.handler(({ input }) => questions.changeQuestionSet(context, input)),
    remove: calls.remove.handler(({ input }) => questions.removeQuestionSet(context, input.id)),
  };
}
