import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebGpuExecutor } from '../webgpu-executor';

/** A node of a graph that ran, and which provider ran it. */
export interface PlacedNode {
  readonly opType: string;
  readonly provider: string;
  /** ONNX element types of what goes in, e.g. `float`, `int64`. */
  readonly inputTypes: readonly string[];
  readonly outputTypes: readonly string[];
}

/** An executor that notes where every node ran; ask after the graphs are disposed. */
export function profiledWebGpu(): { readonly executor: WebGpuExecutor; takePlacement(): readonly PlacedNode[] } {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-profile-'));
  return {
    executor: new WebGpuExecutor({ profilePrefix: join(folder, 'profile') }),
    takePlacement: () => {
      const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
      rmSync(folder, { recursive: true, force: true });
      return files.flatMap(readPlacement);
    },
  };
}

interface ProfileEvent {
  readonly cat: string;
  readonly args?: {
    readonly op_name?: string;
    readonly provider?: string;
    readonly input_type_shape?: readonly Record<string, unknown>[];
    readonly output_type_shape?: readonly Record<string, unknown>[];
  };
}

function readPlacement(profile: string): PlacedNode[] {
  // A file of onnxruntime's own format; a node without these fields is not one that ran.
  return (JSON.parse(profile) as ProfileEvent[]).flatMap(({ cat, args }) =>
    cat === 'Node' && args?.op_name !== undefined && args.provider !== undefined
      ? [
          {
            opType: args.op_name,
            provider: args.provider,
            inputTypes: (args.input_type_shape ?? []).flatMap(Object.keys),
            outputTypes: (args.output_type_shape ?? []).flatMap(Object.keys),
          },
        ]
      : [],
  );
}

/** What may run on the processor although it gives floats: ids on their way to a comparison. */
const ALLOWED = ['Cast int64 → float'];

/** Nodes that compute with floats and ran on the processor all the same, each kind once. */
export function fallbacksOf(nodes: readonly PlacedNode[]): readonly string[] {
  const kinds = nodes
    .filter(({ provider }) => provider === 'CPUExecutionProvider')
    .filter(({ inputTypes, outputTypes }) => [...inputTypes, ...outputTypes].includes('float'))
    .map(({ opType, inputTypes, outputTypes }) => `${opType} ${inputTypes.join()} → ${outputTypes.join()}`);
  return [...new Set(kinds)].filter((kind) => !ALLOWED.includes(kind)).sort();
}
