import { expect, it } from 'vitest';
import type { FromHost } from '@contracts/shell-protocol';
import { createShellSecrets } from './shell-secrets';

/** A shell that answers each request by `answer`, the later ones first. */
function shell(answer: (text: string) => string | null) {
  const asked: Extract<FromHost, { type: 'secret' }>[] = [];
  const secrets = createShellSecrets((message) => {
    if (message.type === 'secret') asked.push(message);
  });
  const reply = () => {
    for (const { request, text } of asked.splice(0).reverse()) secrets.onDone(request, answer(text));
  };
  return { secrets, asked, reply };
}

it('each request gets its own answer, in whatever order they come', async () => {
  const { secrets, asked, reply } = shell((text) => `sealed ${text}`);
  const both = Promise.all([secrets.seal('a'), secrets.seal('b')]);
  expect(asked.map(({ action, text }) => [action, text])).toEqual([
    ['seal', 'a'],
    ['seal', 'b'],
  ]);
  reply();
  expect(await both).toEqual(['sealed a', 'sealed b']);
});

it('a store that cannot be used says what can be done instead of keeping plain text', async () => {
  const { secrets, reply } = shell(() => null);
  const opened = secrets.open('x');
  reply();
  await expect(opened).rejects.toMatchObject({ code: 'key-store-failed', facts: { kept: 'Nothing was stored.' } });
});
