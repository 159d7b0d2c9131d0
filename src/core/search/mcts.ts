import { restoreRng } from '../random/rng';
import { NEVER_CANCELLED, type CancelToken, type Rng } from '../ports';
import type { Question } from '../tasks/question';
import type { Verifier } from '../tasks/verifier';
import { normaliseStepText } from '../tokens/lint';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';
import { backUp, markExhausted } from './backup';
import type { Expander, Slot } from './expand';
import type { SearchConfig } from './search-config';
import { restoreTree, saveSearch, type SavedSearch } from './saved-search';
import { EXPLORATION_WEIGHTS, scoreChildren, selectChild } from './select';
import { appendNode, createTree, ROOT_INDEX, type SearchTree, type WrittenStep } from './tree';

/** What a search needs besides the question. */
export interface SearchContext {
  readonly config: SearchConfig;
  readonly expander: Expander;
  readonly verifier: Verifier;
  /** Stream of this tree alone. */
  readonly rng: Rng;
  readonly cancel?: CancelToken;
  /** Called for each node as it is appended. */
  readonly onNode?: (tree: SearchTree, node: number) => void;
  /** Called after each simulation. */
  readonly onSimulation?: (tree: SearchTree, simulation: number) => void;
  /** Value of a finished leaf; 1 for a right answer and 0 otherwise unless given. */
  readonly leafValue?: (tree: SearchTree, leaf: number) => number | Promise<number>;
  /** Value of an unfinished path. With it a walk turns back at the first new step instead of going on to an answer. */
  readonly stepValue?: (tree: SearchTree, node: number) => Promise<number>;
  /** Goes on from here instead of beginning; same question, settings and stream. */
  readonly saved?: SavedSearch;
  /** Called between rounds of walks, when all that was found is in the tree. False leaves the tree as it is. */
  readonly betweenRounds?: (save: () => SavedSearch, tree: SearchTree) => boolean;
}

/** A walk on its way from the root to a leaf. */
interface Walk {
  readonly simulation: number;
  at: number;
  /** Step to be written in this turn, together with those of the other walks. */
  chosen: ChosenSlot | null;
  /** Nodes on which this walk has announced itself. */
  announced: number[];
}

interface ChosenSlot {
  readonly slot: Slot;
  readonly rng: Rng;
}

/**
 * Grows one tree by `config.numSimulations` walks. Each walk goes down by the selection rule to a node with unwritten steps, writes one,
 * and goes on writing until a terminal node, or stops there where `stepValue` says what it is worth; the value goes back up. Ends early when
 * nothing new is left to find.
 *
 * Walks of one round (`config.concurrentWalks`) advance in turns: choices are made one after the other, texts are written together.
 * So the result depends on the question, the settings and the stream alone, never on how fast a text came back.
 * Callers run many trees as coroutines; the generator puts their requests into common batches.
 */
export async function growTree(question: Question, context: SearchContext): Promise<SearchTree> {
  const { saved, expander } = context;
  const tree = saved ? restoreTree(question, saved) : createTree(question, expander.questionIds(question.prompt));
  await new Search(tree, context).run();
  return tree;
}

class Search {
  readonly #tree: SearchTree;
  readonly #context: SearchContext;
  readonly #cancel: CancelToken;
  /** Unwritten steps of every expanded node. */
  readonly #slots = new Map<number, Slot[]>();
  /** Nodes below which a step is being written in this turn. */
  readonly #busy = new Set<number>();
  /** Visits announced by the walks of the round that are still under way. */
  readonly #virtual = new Map<number, number>();
  /** Draws of the tree policy; walks choose one after the other, so one stream is enough. */
  readonly #choices: Rng;
  #chosenSoFar: number;
  #startedWalks: number;

  constructor(tree: SearchTree, context: SearchContext) {
    this.#tree = tree;
    this.#context = context;
    this.#cancel = context.cancel ?? NEVER_CANCELLED;
    const { saved } = context;
    this.#choices = saved ? restoreRng(saved.choices) : context.rng.fork('choices');
    this.#chosenSoFar = saved?.chosenSoFar ?? 0;
    this.#startedWalks = saved?.startedWalks ?? 0;
    for (const [node, slots] of saved?.slots ?? []) this.#slots.set(node, [...slots]);
  }

  async run(): Promise<void> {
    const { numSimulations, concurrentWalks } = this.#context.config;
    while (this.#startedWalks < numSimulations && !this.#tree.isExhausted[ROOT_INDEX]) {
      const started = this.#startedWalks;
      const count = Math.min(concurrentWalks, numSimulations - started);
      await this.#runRound(
        Array.from({ length: count }, (_, i): Walk => ({
          simulation: started + i,
          at: ROOT_INDEX,
          chosen: null,
          announced: [],
        })),
      );
      this.#startedWalks += count;
      if (this.#context.betweenRounds?.(() => this.#save(), this.#tree) === false) return;
    }
  }

  #save(): SavedSearch {
    return saveSearch(this.#tree, {
      slots: this.#slots,
      choices: [...this.#choices.save()],
      chosenSoFar: this.#chosenSoFar,
      startedWalks: this.#startedWalks,
    });
  }

  /** Brings the walks of a round to their leaves, turn by turn. */
  async #runRound(round: readonly Walk[]): Promise<void> {
    let active = [...round];
    while (active.length > 0) {
      this.#cancel.throwIfAborted();
      await this.#expand(active.map((walk) => walk.at));
      active = active.filter((walk) => this.#choose(walk));
      const writing = active.filter((walk) => walk.chosen !== null);
      const steps = await Promise.all(writing.map((walk) => this.#write(walk.at, walk.chosen!)));
      this.#busy.clear();
      writing.forEach((walk, i) => {
        const node = this.#attach(walk.at, walk.chosen!.slot, steps[i]!, walk.simulation);
        walk.chosen = null;
        this.#moveTo(walk, node);
      });
      active = await this.#finish(active);
    }
  }

  get #set(): TokenSet {
    return this.#context.expander.tokenSet ?? RFTT_TOKENS;
  }

  /** Gives every node that has none its list of unwritten steps; writes all of them where siblings are not lazy. */
  async #expand(nodes: readonly number[]): Promise<void> {
    const { expander, rng, config } = this.#context;
    const fresh = [...new Set(nodes)].filter((node) => !this.#slots.has(node) && !this.#tree.isTerminal[node]);
    const lists = await Promise.all(
      fresh.map((node) => expander.slots(this.#tree, node, rng.fork(`slots:${node}`), this.#cancel)),
    );
    fresh.forEach((node, i) => this.#slots.set(node, [...lists[i]!]));
    if (config.lazySiblings) return;
    const all = fresh.flatMap((node) =>
      this.#slots
        .get(node)!
        .splice(0)
        .map((slot, i) => ({ node, slot, rng: rng.fork(`sibling:${node}:${i}`) })),
    );
    const steps = await Promise.all(all.map((each) => this.#write(each.node, each)));
    all.forEach((each, i) => this.#attach(each.node, each.slot, steps[i]!, this.#tree.simulations.length));
  }

  /**
   * Takes a walk down to where a step has to be written (sets `chosen`), to a node not expanded yet, to a leaf, or to a node where it has to
   * wait for the texts of this turn. Where everything below is known to its end the walk starts again from the root.
   * @returns false when nothing is left in the whole tree
   */
  #choose(walk: Walk): boolean {
    const { expander } = this.#context;
    while (!this.#isEnd(walk.at)) {
      const slots = this.#slots.get(walk.at);
      if (slots === undefined) return true;
      const { fresh, known } = this.#candidates(walk.at, slots);
      const pick =
        fresh.length > 0
          ? fresh[expander.ordered ? 0 : this.#choices.integer(fresh.length)]!
          : this.#bestKnown(walk, known);
      if (pick === null) {
        if (this.#busy.has(walk.at)) return true;
        markExhausted(this.#tree, walk.at, this.#hasOpenSlots);
        this.#leave(walk);
        if (this.#tree.isExhausted[ROOT_INDEX]) return false;
        walk.at = ROOT_INDEX;
      } else if (typeof pick === 'number') {
        this.#moveTo(walk, pick);
      } else {
        slots.splice(slots.indexOf(pick), 1);
        this.#busy.add(walk.at);
        walk.chosen = { slot: pick, rng: this.#context.rng.fork(`step:${this.#chosenSoFar++}`) };
        return true;
      }
    }
    return true;
  }

  /** What a walk may take at a node: steps never tried, and children with visits; direct answers only where nothing else is left. */
  #candidates(node: number, slots: readonly Slot[]): { fresh: readonly (Slot | number)[]; known: readonly number[] } {
    const tree = this.#tree;
    const open = tree.children[node]!.filter((child) => !tree.isExhausted[child]);
    const isDirect = (each: Slot | number) =>
      this.#set.roleOf(typeof each === 'number' ? tree.kind[each]! : each.kind) === 'direct_answer';
    const fresh = [...slots, ...open.filter((child) => this.#visits(child) === 0)];
    const known = open.filter((child) => this.#visits(child) > 0);
    const avoid = this.#context.config.avoidDirectAnswer && [...fresh, ...known].some((each) => !isDirect(each));
    if (!avoid) return { fresh, known };
    return { fresh: fresh.filter((each) => !isDirect(each)), known: known.filter((each) => !isDirect(each)) };
  }

  #bestKnown(walk: Walk, known: readonly number[]): number | null {
    const { config } = this.#context;
    const weight = EXPLORATION_WEIGHTS[config.explorationSchedule](
      config.explorationWeight,
      walk.simulation,
      config.numSimulations,
    );
    return selectChild(scoreChildren(this.#tree, walk.at, known, config.selectionRule, weight, this.#virtual));
  }

  async #write(node: number, chosen: ChosenSlot): Promise<WrittenStep> {
    return this.#context.expander.write(this.#tree, node, chosen.slot, chosen.rng, this.#cancel);
  }

  /** Appends a written step, or finds the sibling that says the same. Returns the node. */
  #attach(parent: number, slot: Slot, step: WrittenStep, simulation: number): number {
    const tree = this.#tree;
    const same = normaliseStepText(step.text);
    const twin = tree.children[parent]!.find(
      (child) => tree.kind[child] === step.kind && normaliseStepText(tree.text[child]!) === same,
    );
    if (twin !== undefined) return twin;
    const isTruncated =
      step.isTruncated || (!step.isTerminal && tree.depth[parent]! + 1 >= this.#context.config.maxDepth);
    const verdict =
      step.isTerminal && !isTruncated ? this.#context.verifier.verify(step.text, tree.question.referenceAnswer) : null;
    const node = appendNode(tree, {
      parent,
      step: { ...step, isTruncated },
      prior: slot.prior,
      logQ: slot.logQ,
      createdAtSimulation: simulation,
      isRight: step.isTerminal || isTruncated ? (verdict?.isRight ?? false) : null,
      answer: verdict?.answer ?? null,
    });
    this.#context.onNode?.(tree, node);
    return node;
  }

  /** Backs up the walks that have come to their end, in order; the others go on. */
  async #finish(active: readonly Walk[]): Promise<Walk[]> {
    const arrived = active.filter((walk) => this.#isEnd(walk.at));
    if (arrived.length === 0) return [...active];
    const values = await Promise.all(arrived.map(({ at }) => this.#valueOf(at)));
    arrived.forEach((walk, i) => {
      this.#leave(walk);
      backUp(this.#tree, walk.at, values[i]!);
      markExhausted(this.#tree, walk.at, this.#hasOpenSlots);
      this.#context.onSimulation?.(this.#tree, walk.simulation);
    });
    return active.filter((walk) => !arrived.includes(walk));
  }

  /** A leaf; where unfinished paths have values, also a step that no walk has come back from. */
  #isEnd(node: number): boolean {
    const tree = this.#tree;
    if (tree.isTerminal[node]) return true;
    return this.#context.stepValue !== undefined && node !== ROOT_INDEX && tree.visits[node] === 0;
  }

  #valueOf(node: number): number | Promise<number> {
    const tree = this.#tree;
    const { leafValue, stepValue } = this.#context;
    if (!tree.isTerminal[node] && stepValue !== undefined) return stepValue(tree, node);
    return leafValue?.(tree, node) ?? (tree.isRight[node] === true ? 1 : 0);
  }

  /** A node that was never expanded counts as open. */
  readonly #hasOpenSlots = (node: number): boolean => (this.#slots.get(node)?.length ?? 1) > 0 || this.#busy.has(node);

  #visits(node: number): number {
    return this.#tree.visits[node]! + (this.#virtual.get(node) ?? 0);
  }

  /** Moves a walk and announces it, so that other walks of the round see the place as visited. */
  #moveTo(walk: Walk, node: number): void {
    walk.at = node;
    walk.announced.push(node);
    this.#virtual.set(node, (this.#virtual.get(node) ?? 0) + 1);
  }

  #leave(walk: Walk): void {
    for (const node of walk.announced) this.#virtual.set(node, this.#virtual.get(node)! - 1);
    walk.announced = [];
  }
}
