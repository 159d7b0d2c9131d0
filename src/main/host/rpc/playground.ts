import * as playground from '../services/playground';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';
import { withRpcErrors } from './streams';

export function playgroundRouter(context: ServiceContext) {
  const { playground: calls } = contract;
  return {
    ask: calls.ask.handler(({ input, signal }) => withRpcErrors(playground.askModel(context, input, signal))),
    sessions: calls.sessions.handler(() => context.sessions.list()),
    close: calls.close.handler(({ input }) => ({ closed: context.sessions.close(input.checkpointId) })),
    saveQuestion: calls.saveQuestion.handler(({ input }) => playground.saveQuestion(context, input)),
    saveExample: calls.saveExample.handler(({ input }) => playground.saveAnswer(context, input)),
  };
}
