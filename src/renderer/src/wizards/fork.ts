import { client, queryClient, api } from '../lib/api';
import { draftKey, forkDraft, type Fork } from './fork-draft';

/** Puts the draft where its wizard finds it. The wizard's page is opened by the caller. */
export async function keepFork(fork: Fork): Promise<void> {
  const key = draftKey(fork.run.projectId, fork.kind);
  const value = forkDraft(fork);
  const query = api.system.loadDraft.queryKey({ input: { key } });
  // What is there now is what the person has just asked to replace, whichever window wrote it.
  const { version } = await client.system.loadDraft({ key });
  const answer = await client.system.saveDraft({ key, value, basedOn: version });
  queryClient.setQueryData(query, { value: answer.saved ? value : answer.value, version: answer.version });
}
