import { ShapeError } from '../errors';
import { add } from '../ops/elementwise';
import { fence } from '../ops/fence';
import type { Program, Region, Step, Var } from '../ops/program';

/** A region being walked backward: its steps, which are copies when it is recomputed, and the copy of each of its values. */
interface Walk {
  readonly region: Region;
  readonly steps: readonly Step[];
  readonly copies: ReadonlyMap<Var, Var>;
}

export interface BackwardOptions {
  /** Gradients that are known at the start: of the loss by these variables. */
  readonly seeds: ReadonlyMap<Var, Var>;
  /** Trainable inputs whose gradients are wanted. */
  readonly wrt: readonly Var[];
  /** Recompute the activations inside each region instead of keeping them. */
  readonly checkpoint?: boolean;
  /** First step to walk; default 0. */
  readonly from?: number;
  /** The step after the last one to walk; default: all of them. */
  readonly until?: number;
  /** Called once for each finished gradient, in the order they finish; returns what the fence shall wait for. */
  readonly finish?: (parameter: Var, gradient: Var) => Var;
}

/**
 * Reverse-mode differentiation: appends to the program the steps that compute the gradients of the seeds' loss.
 * At the start of each region the gradient is fenced behind the parameter gradients finished by then, so that they are made early and
 * their activations are freed (see `ops/fence.ts`).
 *
 * @returns the gradient of each variable in `wrt` that the loss depends on
 */
export function backward(program: Program, options: BackwardOptions): Map<Var, Var> {
  const {
    seeds,
    wrt,
    checkpoint = false,
    from = 0,
    until = program.steps.length,
    finish = (_, gradient) => gradient,
  } = options;
  const gradients = new Map<Var, Var>(seeds);
  const finished = new Map<Var, Var>();
  const lastUse = findFirstUses(program.steps, from, until, wrt);
  const regions = program.regions.filter(({ start, end }) => start >= from && end <= until);
  const regionsByEnd = new Map(regions.map((region) => [region.end, region]));
  const regionsByStart = new Map(regions.map((region) => [region.start, region]));
  let current: Walk | null = null;
  let unfenced: Var[] = [];

  for (let index = until; index >= from; index--) {
    const opening = regionsByStart.get(index);
    if (opening && current?.region === opening) {
      for (const input of opening.inputs) {
        const gradient = collect(program, gradients, input, current.copies.get(input));
        if (gradient && unfenced.length > 0) gradients.set(input, program.apply(fence, gradient, ...unfenced));
      }
      unfenced = [];
      current = null;
    }
    const closing = regionsByEnd.get(index);
    if (closing && closing.start < closing.end) {
      current = checkpoint
        ? recompute(program, closing, gradients)
        : { region: closing, steps: program.steps.slice(closing.start, closing.end), copies: new Map() };
    }
    if (index === from) break;
    const step = current ? current.steps[index - 1 - current.region.start] : program.steps[index - 1];
    if (step) propagate(program, step, gradients);
    for (const parameter of lastUse.get(index - 1) ?? []) {
      const gradient = gradients.get(parameter);
      if (!gradient) continue;
      const done = finish(parameter, gradient);
      finished.set(parameter, done);
      unfenced.push(done);
    }
  }
  return finished;
}

/** For each step the parameters that no earlier step uses: walking backward, their gradient is complete after it. */
function findFirstUses(steps: readonly Step[], from: number, until: number, wrt: readonly Var[]): Map<number, Var[]> {
  const open = new Set(wrt);
  const uses = new Map<number, Var[]>();
  steps.slice(from, until).forEach(({ inputs }, index) => {
    const first = inputs.filter((input) => open.delete(input));
    if (first.length > 0) uses.set(from + index, first);
  });
  return uses;
}

function propagate(program: Program, { op, inputs, outputs }: Step, gradients: Map<Var, Var>): void {
  const incoming = outputs.map((output) => gradients.get(output) ?? null);
  if (!op.vjp || incoming.every((gradient) => gradient === null) || !inputs.some((input) => input.requiresGrad)) return;
  const shares = op.vjp({
    program,
    inputs,
    outputs,
    gradients: incoming,
    takePartial: (index) => {
      const input = inputs[index];
      const partial = input && gradients.get(input);
      if (!input || !partial) return null;
      gradients.delete(input);
      return partial;
    },
  });
  inputs.forEach((input, index) => {
    const share = shares[index];
    if (!share || !input.requiresGrad) return;
    if (share.dims.join() !== input.dims.join())
      throw new ShapeError(
        `The gradient of ${op.name} by operand ${index} has the shape [${share.dims.join(', ')}] instead of [${input.dims.join(', ')}].`,
      );
    const known = gradients.get(input);
    gradients.set(input, known ? program.apply(add, known, share) : share);
  });
}

/**
 * Writes the steps of a region once more, from its inputs. Those are fenced behind the gradient that arrives at the region's end: the copy
 * then starts only when it is needed, and onnxruntime's common-subexpression pass cannot merge it with the first run.
 */
function recompute(program: Program, region: Region, gradients: Map<Var, Var>): Walk {
  const original = program.steps.slice(region.start, region.end);
  const arriving = original.flatMap((step) => step.outputs).flatMap((output) => gradients.get(output) ?? []);
  const copies = new Map<Var, Var>();
  for (const input of region.inputs) copies.set(input, program.apply(fence, input, ...arriving));
  const steps = original.map((step): Step => {
    if (!step.inputs.some((input) => copies.has(input))) return step;
    const inputs = step.inputs.map((input) => copies.get(input) ?? input);
    const outputs = program.applyAll(step.op, ...inputs);
    step.outputs.forEach((output, index) => {
      const copy = outputs[index];
      if (!copy) return;
      copies.set(output, copy);
      const gradient = gradients.get(output);
      if (gradient) gradients.set(copy, gradient);
    });
    return { op: step.op, inputs, outputs };
  });
  return { region, steps, copies };
}

/** The gradient of a region's input: what flowed into it directly and into its copy. */
function collect(program: Program, gradients: Map<Var, Var>, input: Var, copy: Var | undefined): Var | null {
  const [direct, viaCopy] = [gradients.get(input), copy && gradients.get(copy)];
  const gradient = direct && viaCopy ? program.apply(add, direct, viaCopy) : (direct ?? viaCopy ?? null);
  if (gradient) gradients.set(input, gradient);
  return gradient;
}
