import { Environment, parse, tokenize } from '@huggingface/jinja';
import { WorkbenchError } from '../errors';
import { BoundedInterpreter, countUp } from './bounded-interpreter';
import type { ChatMessage } from './tokenizer';

/** What a model without a chat template gets: the contents, each on a line of its own. */
export const PLAIN_CHAT_TEMPLATE = '{% for message in messages %}{{ message.content }}\n{% endfor %}';

/**
 * The day that templates see as today. Some (Llama 3.2) write the date into the prompt; a fixed one keeps runs repeatable,
 * and this is the one such templates fall back to.
 */
const TODAY: Readonly<Record<string, string>> = {
  '%d': '26',
  '%b': 'Jul',
  '%B': 'July',
  '%m': '07',
  '%Y': '2024',
  '%y': '24',
  '%H': '00',
  '%M': '00',
  '%S': '00',
};

/** What every template may call. The library's own `Template` would bring the real clock. */
const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range: (start: number, stop?: number, step = 1) => countUp(stop === undefined ? 0 : start, stop ?? start, step),
  raise_exception: (message: string) => {
    throw new Error(message);
  },
  strftime_now: (format: string) => format.replace(/%[A-Za-z]/g, (directive) => TODAY[directive] ?? directive),
};

/** What a template may use beside the messages. */
export interface TemplateVariables {
  readonly bosToken: string | null;
  readonly eosToken: string | null;
  readonly padToken: string | null;
}

/** A parsed chat template. */
export class ChatTemplate {
  readonly source: string;
  readonly #program: ReturnType<typeof parse>;
  readonly #variables: Readonly<Record<string, unknown>>;

  /** @throws WorkbenchError `chat-template` when the source is not Jinja */
  constructor(source: string, variables: TemplateVariables) {
    this.source = source;
    this.#variables = {
      bos_token: variables.bosToken ?? '',
      eos_token: variables.eosToken ?? '',
      pad_token: variables.padToken ?? '',
    };
    // As transformers has Jinja read them.
    this.#program = explaining(() => parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })));
  }

  /** The conversation as text. @throws WorkbenchError `chat-template`, e.g. when the template refuses the order of roles */
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    const plain = messages.map(({ role, content }) => ({ role, content }));
    const variables = { ...GLOBALS, ...this.#variables, messages: plain, add_generation_prompt: addGenerationPrompt };
    return explaining(() => {
      const environment = new Environment();
      for (const [name, value] of Object.entries(variables)) environment.set(name, value);
      return String(new BoundedInterpreter(environment).run(this.#program).value);
    });
  }

  /**
   * The conversation as text in which no part of a message can be taken for one of `surfaces`: `mark` stands inside every
   * such spelling, and at the ends of a content that could complete one together with what the template puts beside it.
   * @param mark a character that no message contains; see `chooseMark`
   */
  renderShielded(
    messages: readonly ChatMessage[],
    addGenerationPrompt: boolean,
    surfaces: readonly string[],
    mark: string,
  ): string {
    const shielded = messages.map((message) => ({
      ...message,
      content: shieldContent(message.content, surfaces, mark),
    }));
    return this.render(shielded, addGenerationPrompt);
  }
}

/** A Unicode noncharacter (U+FDD0…U+FDEF) that occurs in none of the texts. @throws WorkbenchError `chat-marks` */
export function chooseMark(texts: readonly string[]): string {
  for (let code = 0xfdd0; code <= 0xfdef; code++) {
    const mark = String.fromCharCode(code);
    if (!texts.some((text) => text.includes(mark))) return mark;
  }
  throw new WorkbenchError(
    'validation',
    'The message uses all 32 Unicode noncharacters, so none is left to mark its ends with.',
    { code: 'chat-marks' },
  );
}

/** `content` with `mark` wherever it could become one of `surfaces`. */
function shieldContent(content: string, surfaces: readonly string[], mark: string): string {
  let text = content;
  for (const surface of surfaces) {
    const [first = ''] = surface;
    text = text.replaceAll(surface, first + mark + surface.slice(first.length));
  }
  const inner = text.trim();
  if (inner === '') return text;
  const begin = text.length - text.trimStart().length;
  const end = begin + inner.length;
  const isOpen = (piece: string, touches: (surface: string, part: string) => boolean) =>
    surfaces.some((surface) => touches(surface, piece));
  // A template may cut the blanks off, so the marks go inside them.
  const opens = isOpen(inner, completesFront) ? mark : '';
  const closes = isOpen(inner, completesBack) ? mark : '';
  return text.slice(0, begin) + opens + inner + closes + text.slice(end);
}

/** Whether `content` begins with the rest of a `surface` whose front could stand before it. */
function completesFront(surface: string, content: string): boolean {
  for (let cut = 1; cut < surface.length; cut++) {
    const rest = surface.slice(cut);
    if (content.startsWith(rest) || rest.startsWith(content)) return true;
  }
  return false;
}

/** Whether `content` ends with the front of a `surface` whose rest could stand behind it. */
function completesBack(surface: string, content: string): boolean {
  for (let cut = 1; cut < surface.length; cut++) {
    const front = surface.slice(0, cut);
    if (content.endsWith(front) || front.endsWith(content)) return true;
  }
  return false;
}

function explaining<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new WorkbenchError(
      'validation',
      `The chat template of the model refuses this conversation: ${said}`,
      {
        code: 'chat-template',
        where: 'chat template',
        wayOut: 'Give the model another chat template, or leave out the system message.',
      },
      { cause },
    );
  }
}
