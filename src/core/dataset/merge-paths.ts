import { ask, type AskParts } from '../prompts/ask';
import type { CancelToken, Rng } from '../ports';
import type { SearchTree } from '../search/tree';
import { functionalToken, type FunctionalTokenName } from '../tokens/functional-tokens';
import { createGrammar, stateAfter } from '../tokens/grammar';
import type { Step } from '../tokens/render';
import { refuseCheck, refuseConfirmation, type CheckRefusal } from './check-text';
import type { DraftExample, ExampleStep } from './example';
import type { ExamplesConfig } from './examples-config';
import { stepOf } from './reasoning-path';
import type { SelectedPath, WrongTurn } from './select-paths';

export interface MergeContext extends AskParts {
  readonly config: ExamplesConfig;
  readonly cancel: CancelToken;
  /** Told of each check that was written and refused. */
  readonly onRefusal: (kind: 'check' | 'confirmation', reason: CheckRefusal) => void;
}

/** A wrong turn with the check that speaks of its mistake. */
interface CheckedTurn extends WrongTurn {
  readonly check: string;
}

/** What every example of a path starts from. */
interface Base {
  readonly tree: SearchTree;
  readonly selected: SelectedPath;
  readonly context: MergeContext;
  readonly rng: Rng;
}

/**
 * Makes the examples of one right path: one with its wrong turns merged in, where a check of them was accepted; and one that is right from
 * start to end, without and with confirming checks. Which of them enter the data set is decided later, over all questions.
 */
export async function examplesOfPath(
  tree: SearchTree,
  selected: SelectedPath,
  context: MergeContext,
  rng: Rng,
): Promise<DraftExample[]> {
  const base: Base = { tree, selected, context, rng };
  const [turns, confirmations] = await Promise.all([checkTurns(base), confirmSteps(base)]);
  const clean = assemble(base, 'clean', [], new Map());
  const verified = confirmations.size > 0 ? [assemble(base, 'clean-verified', [], confirmations)] : [];
  const merged = turns.length > 0 ? [assemble(base, 'merged', turns, confirmations)] : [];
  return [...merged, clean, ...verified];
}

/** Asks for the mistake in each wrong turn, best turn first, until enough were accepted. */
async function checkTurns({ tree, selected, context, rng }: Base): Promise<CheckedTurn[]> {
  const { config, prompts } = context;
  const checked: CheckedTurn[] = [];
  for (const turn of selected.turns) {
    if (checked.length >= config.maxMergesPerPath) break;
    const wrong = turn.nodes.map((node) => stepOf(tree, node));
    // A bare statement of the answer holds no calculation that a check could speak of.
    if (wrong.every((step) => prompts.statesOnlyAnswer(step.text))) continue;
    // A correction that only states the answer corrects no step.
    if (prompts.statesOnlyAnswer(tree.text[selected.path.nodes[turn.position]!]!)) continue;
    const before = selected.path.nodes.slice(0, turn.position).map((node) => stepOf(tree, node));
    const right = selected.path.nodes.slice(turn.position).map((node) => stepOf(tree, node));
    const facts = { question: tree.question.prompt, steps: [...before, ...wrong], wrong, right };
    const wrongText = wrong.map((step) => step.text).join('\n');
    for (let attempt = 0; attempt < config.verifyTries; attempt++) {
      const options = {
        temperature: config.verifyTemperature,
        maxTokens: config.verifyMaxTokens,
        rng: rng.fork(`check:${turn.nodes[0]}:${attempt}`),
        cancel: context.cancel,
      };
      const written = await ask(context, 'verify', facts, options);
      const reason = refuseCheck(
        { ...written, wrongText, referenceAnswer: tree.question.referenceAnswer },
        prompts,
        config,
      );
      if (reason === null) {
        checked.push({ ...turn, check: written.text });
        break;
      }
      context.onRefusal('check', reason);
    }
  }
  return checked;
}

/** Asks for checks of some right steps of work; keeps those that approve. Position in the path → text. */
async function confirmSteps({ tree, selected, context, rng }: Base): Promise<Map<number, string>> {
  const { config, prompts } = context;
  const { nodes } = selected.path;
  const draws = rng.fork('confirm');
  const asked = nodes
    .map((_node, position) => position)
    .filter((position) => {
      const isDrawn = draws.next() < config.confirmProbability;
      return (
        isDrawn &&
        functionalToken(tree.kind[nodes[position]!] as FunctionalTokenName).category === 'work' &&
        !prompts.statesOnlyAnswer(tree.text[nodes[position]!]!)
      );
    });
  const texts = await Promise.all(
    asked.map(async (position): Promise<readonly [number, string] | null> => {
      const facts = {
        question: tree.question.prompt,
        steps: nodes.slice(0, position + 1).map((node) => stepOf(tree, node)),
      };
      const options = {
        temperature: config.verifyTemperature,
        maxTokens: config.verifyMaxTokens,
        rng: rng.fork(`confirm:${nodes[position]}`),
        cancel: context.cancel,
      };
      const written = await ask(context, 'confirm', facts, options);
      const reason = refuseConfirmation(written, prompts);
      if (reason !== null) context.onRefusal('confirmation', reason);
      return reason === null ? [position, written.text] : null;
    }),
  );
  return new Map(texts.filter((each) => each !== null));
}

/** Puts the steps of an example in order: shared, wrong turn, check, correction, rest, output. */
function assemble(
  { tree, selected, context }: Base,
  kind: DraftExample['kind'],
  turns: readonly CheckedTurn[],
  confirmations: ReadonlyMap<number, string>,
): DraftExample {
  const { nodes, leaf } = selected.path;
  const turnAt = new Map(turns.map((turn) => [turn.position, turn]));
  const firstTurn = Math.min(...turns.map((turn) => turn.position), Number.POSITIVE_INFINITY);
  const steps: ExampleStep[] = [];
  nodes.forEach((node, position) => {
    const turn = turnAt.get(position);
    if (turn !== undefined) {
      for (const wrong of turn.nodes)
        steps.push({
          ...stepOf(tree, wrong),
          isTrained: !context.config.maskWrongTail,
          role: 'wrong',
          nodeIndex: wrong,
        });
      steps.push({ token: 'verify', text: turn.check, isTrained: true, role: 'verify', nodeIndex: null });
      steps.push({ token: 'refine', text: tree.text[node]!, isTrained: true, role: 'refine', nodeIndex: node });
    } else {
      steps.push({
        ...stepOf(tree, node),
        isTrained: true,
        role: position < firstTurn ? 'shared' : 'right',
        nodeIndex: node,
      });
    }
    const confirmation = confirmations.get(position);
    // Right after a correction a second check says nothing new.
    if (confirmation !== undefined && turn === undefined)
      steps.push({ token: 'verify', text: confirmation, isTrained: true, role: 'verify', nodeIndex: null });
  });
  return {
    questionId: tree.question.id,
    prompt: tree.question.prompt,
    referenceAnswer: tree.question.referenceAnswer,
    kind,
    steps: closeWithOutput(
      steps,
      context.prompts.outputText(tree.answer[leaf]!),
      context.prompts.statesOnlyAnswer(tree.text[leaf]!),
    ),
    nodePath: [0, ...nodes],
  };
}

const GRAMMAR = createGrammar({ rootDirectAnswer: true });

/** Ends a response with `output`: a last step that only states the answer becomes it, else it is added. */
function closeWithOutput(steps: readonly ExampleStep[], text: string, lastStatesOnlyAnswer: boolean): ExampleStep[] {
  const last = steps.at(-1)!;
  const before = steps.slice(0, -1);
  const names = before.map((step: Step) => step.token);
  if (lastStatesOnlyAnswer && last.token === 'next_step' && GRAMMAR.isLegal(stateAfter(GRAMMAR, names), 'output')) {
    return [...before, { token: 'output', text, isTrained: true, role: 'output', nodeIndex: last.nodeIndex }];
  }
  return [...steps, { token: 'output', text, isTrained: true, role: 'output', nodeIndex: null }];
}
