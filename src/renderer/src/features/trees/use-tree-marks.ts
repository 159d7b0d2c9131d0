import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { NodeMark, Tree } from '@contracts/trees';
import { api } from '../../lib/api';

export interface TreeMarks {
  readonly marks: ReadonlyMap<number, NodeMark>;
  /** The newest failure, until something works again. */
  readonly error: Error | null;
  readonly canUndo: boolean;
  /** Sets a mark, or takes it away where the node has it already. */
  toggle(index: number, mark: NodeMark): void;
  undo(): void;
}

/** Pins and prunes of a tree, kept by the host; the event of a change brings the new ones. */
export function useTreeMarks(tree: Tree): TreeMarks {
  const { id } = tree.summary;
  const marks = useMemo(() => new Map(tree.marks.map(({ index, mark }) => [index, mark])), [tree.marks]);
  const mark = useMutation(api.trees.mark.mutationOptions());
  const undo = useMutation(api.trees.undoMark.mutationOptions());
  return {
    marks,
    error: mark.error ?? undo.error,
    canUndo: tree.lastMark !== null,
    toggle: (index, wanted) => {
      if (index === 0 && wanted === 'pruned') return;
      mark.mutate({ id, index, mark: marks.get(index) === wanted ? null : wanted });
    },
    undo: () => {
      if (tree.lastMark !== null) undo.mutate({ id });
    },
  };
}
