import type { HttpAnswer, Transport } from '@core/remote/remote-generator';
import type { CancelToken } from '@core/ports';

export interface RemoteAddress {
  /** Up to and with the version. */
  readonly url: string;
  /** Sent as a bearer token and kept nowhere. */
  readonly key: string | null;
}

/** A longer answer is no answer: a server that never stops writing. */
const LONGEST_ANSWER_BYTES = 16 * 2 ** 20;
const CHECK_CANCEL_MS = 200;

/** `POST /completions` over HTTP. Errors name what happened and never what was sent. */
export function createTransport(address: RemoteAddress): Transport {
  return (body, { timeoutMs, cancel }) =>
    callServer(address, 'completions', { body: JSON.stringify(body), timeoutMs, cancel });
}

/**
 * One call of a server, its answer read whole within the time.
 * @throws {Error} in words: refused, dropped, or no whole answer within the time
 */
export async function callServer(
  { url, key }: RemoteAddress,
  path: string,
  { body, timeoutMs, cancel }: { readonly body?: string; readonly timeoutMs: number; readonly cancel?: CancelToken },
): Promise<HttpAnswer> {
  const abort = new AbortController();
  let why = '';
  const stop = (reason: string) => {
    why = reason;
    abort.abort();
  };
  const timer = setTimeout(() => stop(`no whole answer within ${timeoutMs / 1000} s`), timeoutMs);
  const watch = setInterval(() => cancel?.aborted && stop('stopped on request'), CHECK_CANCEL_MS);
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      // A key must not follow to another place.
      redirect: 'error',
      signal: abort.signal,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body }),
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await readText(response) };
  } catch (error) {
    throw new Error(why || describe(error));
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > LONGEST_ANSWER_BYTES) throw new Error('the answer never ends');
  }
  return text + decoder.decode();
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at this address',
  ENOTFOUND: 'there is no machine of this name',
  EAI_AGAIN: 'the name of the machine could not be looked up',
  ECONNRESET: 'the connection was dropped',
  UND_ERR_SOCKET: 'the connection was dropped',
  EPIPE: 'the connection was dropped',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
};

function describe(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return WORDS[at.code] ?? `the connection failed (${at.code})`;
  }
  return error instanceof Error ? error.message : String(error);
}
