import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What may go wrong with one answer. */
export type Fault = 'drop' | 'stall' | 'half' | 'cut' | 'busy' | 'broken' | 'no-json' | 'positive' | 'redirect';

export interface CompletionsServer {
  readonly url: string;
  /** What was asked, in order. */
  readonly asked: { readonly headers: IncomingMessage['headers']; readonly body: Record<string, unknown> }[];
  /** Faults of the next answers, one each; then all is well. */
  readonly faults: Fault[];
  close(): Promise<void>;
}

const TEXTS = [' Tom has 8 apples . ', ' 5 + 3 = 8 . ', ' The answer is 8 . ', ' 5 + 3 = 9 . The answer is 9 . '];

/** A server of ours that speaks the completions API and fails on demand. It writes one of a few texts, by the seed. */
export async function startCompletionsServer(): Promise<CompletionsServer> {
  const asked: CompletionsServer['asked'] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body = JSON.parse(text || '{}') as Record<string, unknown>;
      asked.push({ headers: request.headers, body });
      const fault = faults.shift();
      if (fault) ANSWERS[fault](request, response);
      else send(response, 200, answer(Number(body['seed'] ?? 0)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(seed: number, change: Record<string, unknown> = {}) {
  const text = TEXTS[seed % TEXTS.length] ?? '';
  const tokens = text.split(/(?<= )/);
  return {
    choices: [{ text, finish_reason: 'stop', logprobs: { tokens, token_logprobs: tokens.map(() => -0.7) }, ...change }],
    usage: { prompt_tokens: 40, completion_tokens: tokens.length },
  };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const ANSWERS: Readonly<Record<Fault, (request: IncomingMessage, response: ServerResponse) => void>> = {
  drop: (request) => request.socket.destroy(),
  // Nothing comes, ever.
  stall: () => undefined,
  half(request, response) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"choices": [{"text": "half of');
    setTimeout(() => request.socket.destroy(), 20);
  },
  cut: (_, response) => send(response, 200, answer(1, { finish_reason: null })),
  busy: (_, response) => send(response, 429, { error: { message: 'busy' } }, { 'retry-after': '0' }),
  broken: (_, response) => send(response, 500, '<h1>Internal error</h1>'),
  'no-json': (_, response) => send(response, 200, '<html>a page</html>'),
  positive: (_, response) => send(response, 200, answer(0, { logprobs: { tokens: [TEXTS[0]], token_logprobs: [2] } })),
  redirect: (_, response) => send(response, 302, '', { location: 'http://127.0.0.1:1/v1/completions' }),
};
