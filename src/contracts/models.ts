import { oc } from '@orpc/contract';
import { z } from 'zod';
import { TokenSetSchema } from '@core/tokens/token-set';
import { CheckpointId, ProjectId, RunId } from './ids';

/**
 * A usable state of a model: imported, grown by tokens, or written by a run. Everything that needs a model takes one of these.
 */
export const Checkpoint = z.object({
  id: CheckpointId,
  projectId: ProjectId,
  name: z.string(),
  origin: z.enum(['embedded', 'import', 'run']),
  /** The run that wrote it; null for an imported one. */
  runId: RunId.nullable(),
  /** The checkpoint it was made from. */
  parentId: CheckpointId.nullable(),
  /** Optimizer step of the run at which it was written. */
  step: z.number().int().nullable(),
  /** True for the state a run ended with (or the best one it kept); false for the ones on the way. */
  isFinal: z.boolean(),
  /** Hugging Face folder, or one GGUF file. A LoRA run writes a merged folder and keeps its adapter beside it. */
  path: z.string(),
  format: z.enum(['folder', 'gguf']),
  /** PEFT folder of the same state, when it was trained with LoRA. */
  adapterPath: z.string().nullable(),
  architecture: z.string(),
  parameterCount: z.number(),
  vocabSize: z.number().int(),
  sizeBytes: z.number(),
  hasFunctionalTokens: z.boolean(),
  /** Its functional tokens, where they are others than the eight of the paper; null for those, and for none. */
  tokenSet: TokenSetSchema.nullable(),
  /** Name of the folder in resources/prompts that suits this model. */
  promptSet: z.string(),
  /** Cues to try when the untuned model is evaluated; an empty string is the bare question. */
  plainPrompts: z.array(z.string()),
  createdAtMs: z.number(),
  /** Its files are gone or moved. */
  isMissing: z.boolean(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** What an import would bring, before anything is copied. */
export const ModelInspection = z.object({
  path: z.string(),
  format: z.enum(['folder', 'gguf']),
  suggestedName: z.string(),
  architecture: z.string(),
  parameterCount: z.number(),
  sizeBytes: z.number(),
  storedDtypes: z.array(z.string()),
  tokenizerSize: z.number().int(),
  vocabSize: z.number().int(),
  /** Rows of the embedding that no token uses. */
  spareRows: z.number().int(),
  tieWordEmbeddings: z.boolean(),
  maxPositions: z.number().int(),
  hiddenSize: z.number().int(),
  numLayers: z.number().int(),
  hasChatTemplate: z.boolean(),
  hasFunctionalTokens: z.boolean(),
  /** Sentences; the import works all the same. */
  warnings: z.array(z.string()),
});
export type ModelInspection = z.infer<typeof ModelInspection>;

/** What a LoRA adapter holds, and what it is over the chosen base. */
export const AdapterInspection = z.object({
  path: z.string(),
  suggestedName: z.string(),
  rank: z.number().int(),
  alpha: z.number(),
  targetModules: z.array(z.string()),
  parameterCount: z.number(),
  sizeBytes: z.number(),
  storedDtypes: z.array(z.string()),
  /** Rows of tokens that it was trained with beside the layers. */
  trainedRows: z.number().int(),
  /** Tensors that it replaces as a whole. */
  replacedTensors: z.number().int(),
  hasTokenizer: z.boolean(),
  /** The base as the adapter's own configuration calls it; empty where it does not say. */
  baseModelPath: z.string(),
  /** Null while no base is chosen. */
  over: z
    .object({
      baseName: z.string(),
      newRows: z.number().int(),
      hasFunctionalTokens: z.boolean(),
      /** Sentences; the import works all the same. */
      warnings: z.array(z.string()),
    })
    .nullable(),
});
export type AdapterInspection = z.infer<typeof AdapterInspection>;

/** What lies at a path: a model, or an adapter that wants one below it. */
export const ImportInspection = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model'), model: ModelInspection }),
  z.object({ kind: z.literal('adapter'), adapter: AdapterInspection }),
]);
export type ImportInspection = z.infer<typeof ImportInspection>;

/** One token of a tokenised text. */
export const TokenPiece = z.object({
  id: z.number().int(),
  surface: z.string(),
  isFunctional: z.boolean(),
  isSpecial: z.boolean(),
});

/** The ordinary tokens nearest to a token's row of the embedding, by the cosine of their angle. */
export const TokenNeighbours = z.object({
  surface: z.string(),
  /** Nearest first; null for a row that begins as noise and is near to nothing. */
  near: z.array(z.object({ surface: z.string(), cosine: z.number() })).nullable(),
});
export type TokenNeighbours = z.infer<typeof TokenNeighbours>;

export const modelsContract = {
  list: oc.input(z.object({ projectId: ProjectId })).output(z.array(Checkpoint)),
  get: oc.input(z.object({ id: CheckpointId })).output(Checkpoint),
  /** Reads headers only; fails with the reason when the path holds no model that can be imported. */
  inspect: oc.input(z.object({ path: z.string() })).output(ModelInspection),
  /** The same of whatever can be imported; an adapter is checked against the base where one is named. */
  look: oc
    .input(z.object({ path: z.string(), baseId: CheckpointId.nullable().default(null) }))
    .output(ImportInspection),
  inspectCheckpoint: oc.input(z.object({ id: CheckpointId })).output(ModelInspection),
  tokenize: oc.input(z.object({ id: CheckpointId, text: z.string().max(20_000) })).output(z.array(TokenPiece)),
  /** Of each functional token of a model. @throws WorkbenchError `functional-tokens-missing`, `model-missing`, `rows-unreadable` */
  tokenNeighbours: oc.input(z.object({ id: CheckpointId })).output(z.array(TokenNeighbours)),
  rename: oc.input(z.object({ id: CheckpointId, name: z.string().min(1).max(120) })).output(Checkpoint),
  /** Takes it out of the list; files that the program wrote itself are deleted, a person's own never. */
  remove: oc.input(z.object({ id: CheckpointId })).output(z.object({ removed: z.boolean() })),
};
