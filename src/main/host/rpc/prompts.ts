import type { ServiceContext } from '../services/context';
import * as prompts from '../services/prompt-sets';
import { tryPrompt } from '../services/try-prompt';
import { contract } from './implementer';
import { withRpcErrors } from './streams';

export function promptsRouter(context: ServiceContext) {
  const { prompts: calls } = contract;
  return {
    list: calls.list.handler(() => prompts.listPromptSets(context)),
    get: calls.get.handler(({ input }) => prompts.getPromptSet(context, input.name)),
    save: calls.save.handler(({ input }) => prompts.savePromptSet(context, input)),
    tryOut: calls.tryOut.handler(({ input, signal }) => withRpcErrors(tryPrompt(context, input, signal))),
  };
}
