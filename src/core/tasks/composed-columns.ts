import type { QuestionCells } from './readers';

/** A column that a file does not have and that is made of those it has, as some published sets need. */
interface ComposedColumn {
  /** Columns that must be there. */
  readonly of: readonly string[];
  /** Empty where the cells do not hold what is expected. */
  readonly compose: (cells: QuestionCells) => string;
}

const text = (cell: unknown): string =>
  typeof cell === 'string' || typeof cell === 'number' ? String(cell).trim() : '';

/** Two columns one after the other. */
const joined = (first: string, second: string): ComposedColumn => ({
  of: [first, second],
  compose: (cells) => (text(cells[second]) === '' ? '' : `${text(cells[first])} ${text(cells[second])}`.trim()),
});

const LETTERS = 'ABCDEFGHIJ';

/** The question with its choices, each on a line with its letter. */
const withChoices = (question: string, choices: string): ComposedColumn => ({
  of: [question, choices],
  compose: (cells) => {
    const list = choicesOf(cells[choices]);
    if (text(cells[question]) === '' || list.length < 2 || list.length > LETTERS.length) return '';
    return [text(cells[question]), ...list.map((choice, i) => `(${LETTERS[i] ?? ''}) ${choice}`)].join('\n');
  },
});

/** The letter of the right choice, whether the file has its letter, its place from 0, or its text. */
const letterOf = (answer: string, choices: string): ComposedColumn => ({
  of: [answer, choices],
  compose: (cells) => {
    const list = choicesOf(cells[choices]);
    const given = text(cells[answer]);
    const letter = /^\(?([A-J])\)?$/.exec(given)?.[1];
    const byText = list.indexOf(given);
    const place = letter ? LETTERS.indexOf(letter) : byText >= 0 ? byText : /^\d$/.test(given) ? Number(given) : -1;
    return place >= 0 && place < list.length ? (LETTERS[place] ?? '') : '';
  },
});

/** Parquet and JSON files hold a list, some CSV files its text. */
function choicesOf(cell: unknown): readonly string[] {
  if (Array.isArray(cell)) return cell.map(text);
  if (typeof cell !== 'string' || !cell.trimStart().startsWith('[')) return [];
  try {
    const list: unknown = JSON.parse(cell.replaceAll("'", '"'));
    return Array.isArray(list) ? list.map(text) : [];
  } catch {
    // No list after all; the row is reported as one without a question.
    return [];
  }
}

/** Four numbers that make 24. */
const puzzleNumbers = (cells: QuestionCells): string => text(cells['Puzzles']).replace(/\s+/g, ' ');

/** By the name that stands in a mapping. */
export const COMPOSED_COLUMNS: Readonly<Record<string, ComposedColumn>> = {
  'Body + Question': joined('Body', 'Question'),
  'body + question': joined('body', 'question'),
  'question + choices': withChoices('question', 'choices'),
  'question + options': withChoices('question', 'options'),
  'letter of answer (choices)': letterOf('answer', 'choices'),
  'letter of answer (options)': letterOf('answer', 'options'),
  'task of Puzzles': {
    of: ['Puzzles'],
    compose: (cells) =>
      puzzleNumbers(cells) === ''
        ? ''
        : `Use each of the numbers ${puzzleNumbers(cells).replaceAll(' ', ', ')} once, with +, -, * and /, to make 24.`,
  },
  'numbers of Puzzles': {
    of: ['Puzzles'],
    compose: (cells) => (puzzleNumbers(cells) === '' ? '' : `24 using ${puzzleNumbers(cells)}`),
  },
};

/** Names of the composed columns that a file with these columns can give. */
export function listComposedColumns(columns: readonly string[]): readonly string[] {
  return Object.entries(COMPOSED_COLUMNS)
    .filter(([name, { of }]) => !columns.includes(name) && of.every((each) => columns.includes(each)))
    .map(([name]) => name);
}
