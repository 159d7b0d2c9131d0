import type { ExampleRecord, JobRecord, TreeRecord } from '@contracts/engine-protocol';
import type { TreeNode } from '@contracts/trees';

/** A node with plain values; a test names what matters to it. */
export function makeNode(node: Partial<TreeNode> & Pick<TreeNode, 'index' | 'parent'>): TreeNode {
  return {
    depth: node.parent + 1,
    kind: 'next_step',
    text: 'a step',
    visits: 1,
    valueSum: 0.5,
    prior: null,
    logQ: null,
    process: null,
    isTerminal: false,
    isTruncated: false,
    isRight: null,
    answer: null,
    tokenCount: 4,
    logProbSum: -1.5,
    createdAtSimulation: 0,
    ...node,
  };
}

/** A question with one right and one wrong answer. */
export function makeTree(questionId: string, change: Partial<TreeRecord> = {}): TreeRecord {
  return {
    type: 'tree',
    questionId,
    prompt: `What is ${questionId}?`,
    referenceAnswer: '2',
    nodes: [
      makeNode({ index: 0, parent: -1, depth: 0, kind: 'question', text: '', visits: 2, createdAtSimulation: -1 }),
      makeNode({ index: 1, parent: 0, depth: 1, kind: 'output', isTerminal: true, isRight: true, answer: '2' }),
      makeNode({ index: 2, parent: 0, depth: 1, kind: 'output', isTerminal: true, isRight: false, answer: '3' }),
    ],
    simulations: [
      { path: [0, 1], value: 1 },
      { path: [0, 2], value: 0 },
    ],
    newTokens: 12,
    ...change,
  };
}

export function makeExample(key: string, change: Partial<ExampleRecord> = {}): ExampleRecord {
  return {
    type: 'example',
    key,
    questionId: 'q1',
    prompt: 'What is 1 + 1?',
    referenceAnswer: '2',
    kind: 'clean',
    steps: [
      { token: 'next_step', text: '1 + 1 = 2', isTrained: true, role: 'right', nodeIndex: 1 },
      { token: 'output', text: '2', isTrained: true, role: 'output', nodeIndex: 2 },
    ],
    nodePath: [0, 1, 2],
    problems: [],
    tokenCount: 20,
    ...change,
  };
}

export function makeCheckpoint(path: string, step: number): Extract<JobRecord, { type: 'checkpoint' }> {
  return {
    type: 'checkpoint',
    step,
    path,
    adapterPath: null,
    isFinal: false,
    name: `step ${step}`,
    architecture: 'llama',
    parameterCount: 1000,
    vocabSize: 64,
    sizeBytes: 4000,
    hasFunctionalTokens: true,
    tokenSet: null,
    promptSet: 'instruct',
    plainPrompts: [''],
  };
}
