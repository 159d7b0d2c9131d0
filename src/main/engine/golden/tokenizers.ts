import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, FIXTURES, MODELS, readJsonFixture, readRows } from '@core/testing/fixtures';
import { ChatTemplate } from '@core/tokenizer/chat-template';
import { gpt2Tokenizer, llama3Tokenizer } from '@core/tokenizer/testing/build-tokenizers';
import type { ChatMessage, Tokenizer } from '@core/tokenizer/tokenizer';
import { Mismatches } from './compare';
import { encodeCases, loadTokenizerFolder, type EncodeFile } from './encode-cases';
import { once, setOf, skippedSet, type GoldenSet } from './golden-set';

const TOKENIZERS = join(DATA, 'tokenizers');
const QWEN = join(TOKENIZERS, 'qwen2.5');

/** The published tokenizer of Qwen2.5. */
export function listQwenSets(): GoldenSet[] {
  const [name, file] = ['qwen2.5', 'qwen2.5/encode.json'];
  if (!existsSync(join(FIXTURES, name))) return [];
  if (!existsSync(QWEN)) return [skippedSet(name, `there is no ${QWEN}; WORKBENCH_DATA names the folder of the data`)];
  const cases = encodeCases(SOURCES.qwen.load, () => readJsonFixture<EncodeFile>(file));
  return [
    setOf(
      name,
      cases.map((each) => ({ ...each, needs: [file] })),
    ),
  ];
}

/** Test vectors of other programs, and chat templates of others. */
export function listDataSets(): GoldenSet[] {
  const folder = join(TOKENIZERS, 'cases');
  if (!existsSync(folder))
    return [skippedSet('tokenizers', `there is no ${folder}; WORKBENCH_DATA names the folder of the data`)];
  const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  return [
    ...files.map((file) => {
      const rows = readRows<VectorRow | TemplateRow>(folder, file);
      return listRows(`tokenizers/${file}`, rows);
    }),
    ...listTemplates(),
  ];
}

function listRows(name: string, rows: readonly (VectorRow | TemplateRow)[]): GoldenSet {
  const templates = rows.filter((row) => 'chat_template' in row);
  return templates.length > 0
    ? templateSet(name, templates)
    : vectorSet(
        name,
        rows.filter((row) => 'tokenizer' in row),
      );
}

/** Large tokenizers, each read once, and what must be there for it. */
const SOURCES = {
  qwen: { needs: QWEN, load: once(() => loadTokenizerFolder(QWEN)) },
  smollm: {
    needs: join(MODELS, 'smollm2-135m-instruct', 'tokenizer.json'),
    load: once(() => loadTokenizerFolder(join(MODELS, 'smollm2-135m-instruct'))),
  },
  gpt2: { needs: join(TOKENIZERS, 'gpt2'), load: once(() => gpt2Tokenizer(join(TOKENIZERS, 'gpt2'))) },
  llama3: {
    needs: join(TOKENIZERS, 'llama3'),
    load: once(() => llama3Tokenizer(join(TOKENIZERS, 'llama3', 'tokenizer.model'))),
  },
} as const satisfies Readonly<Record<string, { readonly needs: string; readonly load: () => Tokenizer }>>;

/** Whose vocabulary the others' names mean; a name that is missing here has none in the data. */
const SOURCE_OF: Readonly<Record<string, keyof typeof SOURCES>> = {
  Qwen2: 'qwen',
  'DeepSeek-R1-Distill-Qwen': 'qwen',
  'Xenova/Qwen1.5-0.5B-Chat': 'qwen',
  SmolLM: 'smollm',
  'GPT-2': 'gpt2',
  'Xenova/gpt2': 'gpt2',
  'Llama-3': 'llama3',
  'Xenova/llama3-tokenizer': 'llama3',
  'Xenova/llama3-tokenizer-new': 'llama3',
};

interface VectorRow {
  readonly tokenizer: string;
  readonly text: string;
  readonly ids: readonly number[];
}

/** Begins some rows of Llama 3: the tokenizer that is built here puts no BOS in front. */
const LLAMA3_BOS = 128_000;

function vectorSet(name: string, rows: readonly VectorRow[]): GoldenSet {
  const cases = [];
  const skipped: string[] = [];
  for (const tokenizer of new Set(rows.map((row) => row.tokenizer))) {
    const source = SOURCE_OF[tokenizer];
    if (source === undefined || !existsSync(SOURCES[source].needs)) {
      skipped.push(`${tokenizer}: its vocabulary is not among the data`);
      continue;
    }
    cases.push({
      name: tokenizer,
      measure: () => {
        const found = new Mismatches();
        const own = SOURCES[source].load();
        for (const { text, ids } of rows.filter((row) => row.tokenizer === tokenizer)) {
          const expected = source === 'llama3' && ids[0] === LLAMA3_BOS ? ids.slice(1) : ids;
          found.note([...own.encode(text, { specials: 'recognise' })], expected, JSON.stringify(text));
        }
        return found.finding();
      },
    });
  }
  return { name, cases, skipped };
}

interface TemplateRow {
  readonly name: string;
  readonly chat_template: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly messages: readonly ChatMessage[] };
  readonly target: string;
}

/** What an application without tools asks for: plain messages and no variables beside the usual ones. */
function isPlain({ data }: TemplateRow): boolean {
  const known = new Set(['messages', 'add_generation_prompt', 'bos_token', 'eos_token']);
  return (
    Object.keys(data).every((key) => known.has(key)) &&
    data.messages.every(({ content, ...rest }) => typeof content === 'string' && Object.keys(rest).length === 1)
  );
}

function templateSet(name: string, rows: readonly TemplateRow[]): GoldenSet {
  return {
    name,
    skipped: rows.filter((row) => !isPlain(row)).map((row) => `${row.name}: asks for tools, documents or pictures`),
    cases: rows.filter(isPlain).map((row) => ({
      name: row.name,
      measure: () => {
        const found = new Mismatches();
        found.note(render(row), expectedOf(row), 'rendering');
        return found.finding();
      },
    })),
  };
}

function render({ chat_template: source, data }: TemplateRow): string {
  const text = (key: string) => (typeof data[key] === 'string' ? data[key] : null);
  const template = new ChatTemplate(source, {
    bosToken: text('bos_token'),
    eosToken: text('eos_token'),
    padToken: null,
  });
  // A template that sees the variable missing takes it for true; the application always gives it.
  const addGenerationPrompt =
    (data['add_generation_prompt'] ?? source.includes('add_generation_prompt is not defined')) === true;
  return template.render(data.messages, addGenerationPrompt);
}

/** Today is always the same day here. */
function expectedOf({ target }: TemplateRow): string {
  return target.replace('10 July 2025', '26 July 2024');
}

/** Templates without an expected rendering: each must render a conversation with all that was said. */
function listTemplates(): GoldenSet[] {
  const folder = join(TOKENIZERS, 'templates');
  if (!existsSync(folder)) return [];
  const conversation: readonly ChatMessage[] = [
    { role: 'system', content: 'Answer with a number.' },
    { role: 'user', content: 'What is 6 * 7?' },
    { role: 'assistant', content: '42' },
    { role: 'user', content: 'And 42 / 2?' },
  ];
  return [
    {
      name: 'tokenizers/templates',
      skipped: [],
      cases: readdirSync(folder).map((file) => ({
        name: file,
        measure: () => {
          const found = new Mismatches();
          const source = readFileSync(join(folder, file), 'utf8');
          const template = new ChatTemplate(source, { bosToken: '<bos>', eosToken: '<eos>', padToken: null });
          const [open, closed] = [template.render(conversation, true), template.render(conversation, false)];
          for (const { content } of conversation) found.note(closed.includes(content), true, content);
          found.note(open.startsWith(closed) && open.length > closed.length, true, 'generation prompt');
          return found.finding();
        },
      })),
    },
  ];
}
