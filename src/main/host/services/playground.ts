import { createHash } from 'node:crypto';
import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import type { PlaygroundEvent, PlaygroundQuestion, QuestionTarget } from '@contracts/playground';
import type { SessionSetup } from '@contracts/engine-protocol';
import type { AddedExample, ExampleTarget } from '@contracts/trees';
import { exampleProblems } from '@core/dataset/example-problems';
import type { ExampleStep } from '@core/dataset/example';
import { WorkbenchError } from '@core/errors';
import { parseText } from '@core/tokens/parse';
import { openModelRef } from '../jobs/prepare';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findProject } from '../store/repositories/projects';
import * as sets from '../store/repositories/question-sets';
import { transaction } from '../store/sql';
import { addExample } from './add-example';
import type { ServiceContext } from './context';
import { countExampleTokens } from './example-edit';
import { knownSurfaces, tokenSetOfCheckpoint } from './models';
import { required } from './not-found';

/** Asks a checkpoint; see `SessionDesk`. */
export function askModel(
  { db, sessions }: ServiceContext,
  input: { checkpointId: CheckpointId; precision: SessionSetup['precision']; question: PlaygroundQuestion },
  signal: AbortSignal | undefined,
): AsyncGenerator<PlaygroundEvent, undefined, void> {
  const { checkpointId, precision, question } = input;
  const { parameterCount } = required(findCheckpoint(db, checkpointId), 'This checkpoint');
  const model = openModelRef(db, checkpointId);
  return sessions.ask({ checkpointId, model, precision, parameterCount }, question, signal);
}

interface AnsweredQuestion {
  readonly projectId: ProjectId;
  readonly prompt: string;
  readonly referenceAnswer: string;
}

/** Keeps a question of the playground in a set. @throws WorkbenchError `question-known`, `token-in-question` */
export function saveQuestion(
  { db, bus, newId, nowMs }: ServiceContext,
  input: AnsweredQuestion & { readonly target: QuestionTarget },
): { setId: QuestionSetId; setName: string } {
  const { projectId, prompt, referenceAnswer, target } = input;
  required(findProject(db, projectId), 'This project');
  refuseTokens(knownSurfaces(db, projectId), prompt, referenceAnswer);
  const saved = transaction(db, () => {
    const setId = 'setId' in target ? target.setId : (newId('questions') as QuestionSetId);
    if ('newName' in target) {
      const set = { id: setId, projectId, name: target.newName, role: 'train' as const, count: 0 };
      sets.insertQuestionSet(db, { ...set, source: 'playground', createdAtMs: nowMs() }, []);
    }
    const set = required(sets.findQuestionSet(db, setId), 'This question set');
    if (sets.hasQuestion(db, setId, prompt)) {
      throw new WorkbenchError('conflict', `The set “${set.name}” has this question already.`, {
        code: 'question-known',
        kept: 'The question that is there.',
        wayOut: 'Choose another set, or ask something else.',
      });
    }
    sets.appendQuestion(db, setId, { id: `playground-${shortHash(prompt)}`, prompt, referenceAnswer });
    return { setId, setName: set.name };
  });
  bus.publish({ type: 'changed', what: 'questionSets' });
  return saved;
}

/**
 * Keeps an answer as an undecided example. Its steps are what the text says, whoever wrote it; what the linter finds stands beside it.
 * @throws WorkbenchError `answer-without-steps`, `token-in-question`, `example-known`
 */
export async function saveAnswer(
  context: ServiceContext,
  input: AnsweredQuestion & {
    readonly checkpointId: CheckpointId;
    readonly text: string;
    readonly target: ExampleTarget;
  },
): Promise<AddedExample> {
  const { projectId, prompt, referenceAnswer, text, target } = input;
  const checkpoint = required(findCheckpoint(context.db, input.checkpointId), 'This checkpoint');
  const set = tokenSetOfCheckpoint(checkpoint);
  refuseTokens(set.surfaces, prompt, referenceAnswer);
  const steps = parseText(text, set).steps.map(({ token, text: content }): ExampleStep => ({
    token,
    text: content,
    isTrained: true,
    role: set.isTerminal(token) ? 'output' : 'right',
    nodeIndex: null,
  }));
  if (steps.length === 0) {
    throw new WorkbenchError('validation', 'This answer has no functional tokens, so no step of it can be taught.', {
      code: 'answer-without-steps',
      kept: 'The answer as it is shown.',
      wayOut: 'Ask a model that was given the tokens, or keep the question instead.',
    });
  }
  const counted = await countExampleTokens(context, checkpoint.path, prompt, steps);
  return addExample(context, {
    projectId,
    target,
    tokenSet: checkpoint.tokenSet,
    treeId: null,
    description: `Added an answer of “${checkpoint.name}” from the playground`,
    record: {
      type: 'example',
      key: `playground:${shortHash(`${prompt}\n${text}`)}`,
      questionId: `playground-${shortHash(prompt)}`,
      prompt,
      referenceAnswer,
      kind: 'clean',
      steps,
      nodePath: [],
      problems: exampleProblems({ steps }, set),
      // Where the model's files are gone its tokenizer is too: four characters a token are near enough for a limit.
      tokenCount: counted ?? Math.ceil((prompt.length + text.length) / 4),
    },
  });
}

/** As when questions are imported: readers of trees and examples could not tell such a text from a real token. */
function refuseTokens(surfaces: readonly string[], ...texts: readonly string[]): void {
  const surface = surfaces.find((one) => texts.some((text) => text.includes(one)));
  if (surface === undefined) return;
  throw new WorkbenchError(
    'validation',
    `The question or its answer contains “${surface}”, which is a functional token.`,
    {
      code: 'token-in-question',
      kept: 'Nothing was stored.',
      wayOut: 'Write it differently.',
    },
  );
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
