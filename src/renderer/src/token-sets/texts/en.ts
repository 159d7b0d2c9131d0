import { translated } from '../../lib/language';

/** Words of the editor of token sets. */
export const texts = translated('tokenSets', {
  title: 'Which tokens',
  intro:
    'The eight of the paper suit most purposes. A set of your own may have other names, fewer or more steps, and another grammar; what each step is for in the method is its role.',
  set: 'Token set',
  theEight: 'RFTT: the eight of the paper',
  draft: 'Your own, not saved yet',
  ownName: 'My tokens',
  name: 'Name of the set',
  save: 'Save in the project',
  saveNew: 'Save as a new set',
  saved: (version: number) => `Saved as version ${version}.`,
  unsaved: 'Changed since it was saved.',
  neverSaved: 'In this draft only; the run keeps what it was started with.',
  remove: 'Take out of the list',
  removed: (name: string) => `“${name}” is out of the list. Models that were made with it keep their tokens.`,
  putBack: 'Put it back',
  older: 'Older versions',
  version: (version: number, when: string) => `version ${version}, ${when}`,
  toFile: 'Save as a file',
  fromFile: 'Load from a file',
  brokenFile: (why: string) => `This file holds no token set: ${why}`,
  tokens: 'Tokens',
  add: 'Add a token…',
  removeToken: (name: string) => `Remove “${name}”`,
  undo: 'Undo the last change',
  columns: { token: 'Token', tags: 'Written', role: 'Role', start: 'Begins as' },
  asSettings: 'as the settings say',
  form: {
    title: (name: string) => `The token “${name}”`,
    name: 'Name',
    nameForm: 'Small letters, digits and “_”, beginning with a letter.',
    nameTaken: 'This name is taken.',
    role: 'Role in the method',
    open: 'Opens with',
    close: 'Closes with',
    meaning: 'What it is for',
    meaningHelp: 'Shown wherever the token is explained; its new rows can begin as the mean of these words.',
    glyph: 'Sign',
    colour: 'Colour',
    start: 'First value of its rows',
    startHelp: 'The same for all tokens, chosen in the next step.',
    asSettings: 'As the settings say',
    description: 'Words to begin as',
    copyOf: 'The token to copy',
  },
  starts: {
    spelling: { label: 'Mean of its spelling', help: 'The mean of the pieces into which the vocabulary cuts the tag.' },
    description: {
      label: 'Mean of a description',
      help: 'The mean of the pieces of some words; empty takes its meaning.',
    },
    cue: {
      label: 'Mean of the cue',
      help: 'The mean of the words that already call up such a step, from the prompt set.',
    },
    mean: {
      label: 'Mean of all tokens',
      help: 'Neither likely nor unlikely, and the same for every token that begins so.',
    },
    copy: {
      label: 'Copy of a token',
      help: 'Exactly one token that the vocabulary has; a little noise tells them apart.',
    },
    noise: {
      label: 'Noise',
      help: 'As long as a row is on average, in a direction by chance. Learns slowest: nothing hints at what it is for.',
    },
  },
  roles: {
    clarify: 'Restates the question. Written from a prompt when trees are grown.',
    analysis: 'Says which way to go. Written from a prompt when trees are grown.',
    subquestion: 'Names a smaller problem. Written from a prompt when trees are grown.',
    next_step: 'Does one step of the work. Trees grow from such steps; one that states the answer ends a path.',
    direct_answer: 'Writes the whole rest up to the answer, and ends a path while trees are grown.',
    verify: 'Checks what was written. Enters examples by merging a wrong turn with its check.',
    refine: 'Mends a wrong step. Enters examples right after the check.',
    output: 'States the answer and ends the response. Every set needs one.',
  },
  colours: {
    teal: 'teal',
    blue: 'blue',
    violet: 'violet',
    slate: 'slate',
    brown: 'brown',
    green: 'green',
    orange: 'orange',
    ink: 'ink',
  },
  grammar: 'What may come after what',
  grammarHelp:
    'Choose a step, and its ways on stand out. The sign beside another step says whether it may come next: press it to change that. By keyboard: arrows walk, Enter chooses, Space changes.',
  graph: {
    label: (from: string) => `The grammar as a graph; ways on from “${from}”`,
    node: (name: string, from: string, follows: boolean) =>
      follows ? `${name}: may come after ${from}` : `${name}: may not come after ${from}`,
    toggle: (from: string, to: string, follows: boolean) =>
      follows ? `“${to}” may come after “${from}”. Press to forbid it.` : `Let “${to}” come after “${from}”.`,
  },
  matrix: {
    title: 'The grammar as a table',
    after: 'After',
    cell: (from: string, to: string) => `${to} may come after ${from}`,
  },
  allWell: 'Every token can be reached, and every way leads to an answer.',
  problems: 'What stands in the way',
  hints: 'Worth knowing',
  problem: {
    'too-many': (_token: string, most: string) => `There are more than ${most} tokens.`,
    'name-form': (_token: string, name: string) => `“${name}” cannot be a name.`,
    'name-twice': (token: string, _detail: string) => `Two tokens are called “${token}”.`,
    'tag-form': (token: string, tag: string) =>
      `The tag “${tag}” of “${token}” needs two characters or more and no space.`,
    'tag-twice': (token: string, tag: string) => `The tag ${tag} of “${token}” is used twice.`,
    'tag-inside-tag': (token: string, tags: string) =>
      `In “${token}” the tag ${tags.split(' ')[0] ?? ''} would be found inside ${tags.split(' ')[1] ?? ''}.`,
    'tag-taken': (token: string, tag: string) => `${tag} (“${token}”) is a token of this model already.`,
    'glyph-missing': (token: string, _detail: string) => `“${token}” has no sign.`,
    'copy-unknown': (token: string, text: string) =>
      `“${token}” is to copy “${text}”, which is not one token of this model.`,
    'follower-unknown': (token: string, other: string) =>
      `“${token}” may be followed by “${other}”, which is not there.`,
    'no-output': (_token: string, _detail: string) =>
      'No token ends a response: give one the role that states the answer.',
    'no-start': (_token: string, _detail: string) =>
      'Nothing may begin a response: let a step come after the question.',
    'output-goes-on': (token: string, _detail: string) => `“${token}” ends a response, so nothing may follow it.`,
    unreachable: (token: string, _detail: string) =>
      `“${token}” can never be written: no way from the question leads to it.`,
    'dead-end': (token: string, _detail: string) => `After “${token}” no way leads to an answer.`,
    'no-work': (_token: string, _detail: string) =>
      'No token works towards the answer, so no trees can be grown by prompts.',
    'no-check': (_token: string, _detail: string) =>
      'No token checks and none mends: examples will hold right paths only.',
    'correction-alone': (token: string, _detail: string) =>
      `“${token}” stands alone: checks and corrections are merged in pairs, or not at all.`,
    'check-not-reached': (token: string, _detail: string) =>
      `“${token}” may follow no step of work, so no check can be merged in.`,
    'no-way-round': (token: string, other: string) =>
      `“${token}” may not be followed by “${other}”, so no correction can be merged in.`,
    'meaning-missing': (token: string, _detail: string) => `“${token}” has no meaning in words.`,
  },
});
