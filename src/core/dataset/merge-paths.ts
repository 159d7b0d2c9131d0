import { ask, type AskOptions, type AskParts } from '../prompts/ask';
import type { CancelToken, Rng } from '../ports';
import { shuffled } from '../random/shuffle';
import type { SearchTree } from '../search/tree';
import { exampleGrammar, stateAfter } from '../tokens/grammar';
import { normaliseStepText } from '../tokens/lint';
import type { Step } from '../tokens/render';
import { tokenSetOf } from '../tokens/token-ids';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';
import { refuseCheck, refuseConfirmation, type CheckRefusal } from './check-text';
import type { DraftExample, ExampleStep } from './example';
import type { ExamplesConfig } from './examples-config';
import { stepOf } from './reasoning-path';
import type { SelectedPath } from './select-paths';
import { hasChecks } from './step-kinds';

export interface MergeContext extends AskParts {
  readonly config: ExamplesConfig;
  readonly cancel: CancelToken;
  /** Told of each check that was written and refused. */
  readonly onRefusal: (kind: 'check' | 'confirmation', reason: CheckRefusal, text: string) => void;
}

/** A wrong turn as steps; `nodes` are null where the step was written for the merging and is not in the tree. */
interface Turn {
  readonly position: number;
  readonly steps: readonly Step[];
  readonly nodes: readonly (number | null)[];
}

/** A wrong turn with the check that speaks of its mistake. */
interface CheckedTurn extends Turn {
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
 * start to end, without and with confirming checks. Which of them enter the data set is decided later, over all questions. Where only right
 * paths are asked for, no check is written.
 */
export async function examplesOfPath(
  tree: SearchTree,
  selected: SelectedPath,
  context: MergeContext,
  rng: Rng,
): Promise<DraftExample[]> {
  const base: Base = { tree, selected, context, rng };
  if (!hasChecks(context.config)) return [assemble(base, 'clean', [], new Map())];
  const [turns, confirmations] = await Promise.all([checkTurns(base), confirmSteps(base)]);
  const clean = assemble(base, 'clean', [], new Map());
  const verified = confirmations.size > 0 ? [assemble(base, 'clean-verified', [], confirmations)] : [];
  const merged = turns.length > 0 ? [assemble(base, 'merged', turns, confirmations)] : [];
  return [...merged, clean, ...verified];
}

/**
 * Wrong turns with an accepted check: those of the tree first, best first; where they are too few, steps written again. Only a check that
 * has to end in a verdict can tell whether a step written again is wrong at all.
 */
async function checkTurns(base: Base): Promise<CheckedTurn[]> {
  const { tree, selected, context } = base;
  const { maxMergesPerPath, rewrites, verifyTries } = context.config;
  const known = selected.turns.map(({ position, nodes }): Turn => ({
    position,
    nodes,
    steps: nodes.map((node) => stepOf(tree, node)),
  }));
  const accepted = await acceptTurns(base, known, maxMergesPerPath, verifyTries);
  if (accepted.length >= maxMergesPerPath || rewrites === 0 || !context.prompts.manifest.strictVerdicts)
    return accepted;
  const taken = new Set(accepted.map((turn) => turn.position));
  const written = (await rewriteSteps(base)).filter((turn) => !taken.has(turn.position));
  return [...accepted, ...(await acceptTurns(base, written, maxMergesPerPath - accepted.length, 1))];
}

/** Asks for the mistake in one turn after the other until enough were accepted, at most one for each position. */
async function acceptTurns(
  { tree, selected, context, rng }: Base,
  turns: readonly Turn[],
  wanted: number,
  tries: number,
): Promise<CheckedTurn[]> {
  const { config, prompts } = context;
  const accepted: CheckedTurn[] = [];
  for (const [index, turn] of turns.entries()) {
    if (accepted.length >= wanted) break;
    if (accepted.some((other) => other.position === turn.position)) continue;
    const right = selected.path.nodes.slice(turn.position).map((node) => stepOf(tree, node));
    // A bare statement of the answer holds no calculation to check, and corrects no step.
    if (turn.steps.every((step) => prompts.statesOnlyAnswer(step.text)) || prompts.statesOnlyAnswer(right[0]!.text))
      continue;
    const before = selected.path.nodes.slice(0, turn.position).map((node) => stepOf(tree, node));
    const facts = { question: tree.question.prompt, steps: [...before, ...turn.steps], wrong: turn.steps, right };
    const wrongText = turn.steps.map((step) => step.text).join('\n');
    const name = turn.nodes[0] ?? `again:${index}`;
    for (let attempt = 0; attempt < tries; attempt++) {
      const written = await ask(context, 'verify', facts, askOptions(context, rng.fork(`check:${name}:${attempt}`)));
      const reason = refuseCheck(
        { ...written, wrongText, referenceAnswer: tree.question.referenceAnswer },
        prompts,
        config,
      );
      if (reason === null) {
        accepted.push({ ...turn, check: written.text });
        break;
      }
      // That a step written again is right after all is no loss.
      if (turn.nodes[0] !== null) context.onRefusal('check', reason, written.text);
    }
  }
  return accepted;
}

/** Every step of work of a path written again some times; what says the same or only states the answer is left out. In random order. */
async function rewriteSteps({ tree, selected, context, rng }: Base): Promise<Turn[]> {
  const { config, prompts } = context;
  const { nodes } = selected.path;
  const asked = nodes.flatMap((node, position) =>
    tokenSetOf(context.tokenizer).roleOf(tree.kind[node]!) !== 'next_step' ||
    position < config.minSharedSteps ||
    prompts.statesOnlyAnswer(tree.text[node]!)
      ? []
      : Array.from({ length: config.rewrites }, (_, time) => ({ node, position, time })),
  );
  const turns = await Promise.all(
    asked.map(async ({ node, position, time }): Promise<Turn | null> => {
      const facts = {
        question: tree.question.prompt,
        steps: nodes.slice(0, position).map((each) => stepOf(tree, each)),
      };
      const { text, isTruncated } = await ask(
        context,
        'next_step',
        facts,
        askOptions(context, rng.fork(`again:${node}:${time}`)),
      );
      const isNews = normaliseStepText(text) !== normaliseStepText(tree.text[node]!);
      return isTruncated || text === '' || !isNews || prompts.isFinal(text)
        ? null
        : { position, steps: [{ token: tree.kind[node]!, text }], nodes: [null] };
    }),
  );
  return shuffled(
    turns.filter((turn) => turn !== null),
    rng.fork('again'),
  );
}

function askOptions({ config, cancel }: MergeContext, rng: Rng): AskOptions {
  return { temperature: config.verifyTemperature, maxTokens: config.verifyMaxTokens, rng, cancel };
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
        tokenSetOf(context.tokenizer).categoryOf(tree.kind[nodes[position]!]!) === 'work' &&
        !prompts.statesOnlyAnswer(tree.text[nodes[position]!]!)
      );
    });
  const texts = await Promise.all(
    asked.map(async (position): Promise<readonly [number, string] | null> => {
      const facts = {
        question: tree.question.prompt,
        steps: nodes.slice(0, position + 1).map((node) => stepOf(tree, node)),
      };
      const written = await ask(context, 'confirm', facts, askOptions(context, rng.fork(`confirm:${nodes[position]}`)));
      const reason = refuseConfirmation(written, prompts);
      if (reason !== null) context.onRefusal('confirmation', reason, written.text);
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
  const set = tokenSetOf(context.tokenizer);
  const [check, correction] = [nameOf(set, 'verify'), nameOf(set, 'refine')];
  const turnAt = new Map(turns.map((turn) => [turn.position, turn]));
  const firstTurn = Math.min(...turns.map((turn) => turn.position), Number.POSITIVE_INFINITY);
  const steps: ExampleStep[] = [];
  nodes.forEach((node, position) => {
    const turn = turnAt.get(position);
    if (turn !== undefined) {
      turn.steps.forEach((wrong, at) =>
        steps.push({ ...wrong, isTrained: !context.config.maskWrongTail, role: 'wrong', nodeIndex: turn.nodes[at]! }),
      );
      steps.push({ token: check, text: turn.check, isTrained: true, role: 'verify', nodeIndex: null });
      steps.push({ token: correction, text: tree.text[node]!, isTrained: true, role: 'refine', nodeIndex: node });
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
      steps.push({ token: check, text: confirmation, isTrained: true, role: 'verify', nodeIndex: null });
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
      set,
    ),
    nodePath: [0, ...nodes],
  };
}

/** The set's first token with a role. A set that lacks one that merging needs was refused before the run. */
function nameOf(set: TokenSet, role: 'verify' | 'refine' | 'output'): string {
  return set.withRole(role)[0] ?? role;
}

/** Ends a response with its last token: a last step that only states the answer becomes it, else it is added. */
export function closeWithOutput(
  steps: readonly ExampleStep[],
  text: string,
  lastStatesOnlyAnswer: boolean,
  set: TokenSet = RFTT_TOKENS,
): ExampleStep[] {
  const grammar = exampleGrammar(set);
  const output = nameOf(set, 'output');
  const last = steps.at(-1)!;
  const before = steps.slice(0, -1);
  const state = stateAfter(
    grammar,
    before.map((step: Step) => step.token),
  );
  if (lastStatesOnlyAnswer && set.roleOf(last.token) === 'next_step' && grammar.isLegal(state, output)) {
    return [...before, { token: output, text, isTrained: true, role: 'output', nodeIndex: last.nodeIndex }];
  }
  return [...steps, { token: output, text, isTrained: true, role: 'output', nodeIndex: null }];
}
