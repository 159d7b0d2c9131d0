import { describe, expect, test } from 'vitest';
import { LOG_CODES } from '@core/log-codes';
import { logLines } from './log-lines';

const NUMBERS =
  'count of done total halfGrown bytes tokens seconds threads cores nats most needed free solved place requests retries promptTokens newTokens cost tries inFlight iteration prefilledTokens reusedTokens closeCalls dropped';
/** Whatever any line tells. */
const VALUES: Readonly<Record<string, string | number>> = {
  ...Object.fromEntries(NUMBERS.split(' ').map((name) => [name, 3])),
  path: '/a',
  device: 'D',
  detector: 'verbosity',
  blocks: 'kept',
  id: 'q1',
  server: 'S',
  model: 'M',
  url: 'http://s',
  file: 'f.jsonl',
  gentle: 'no',
};

describe('lines of logs in German', () => {
  test.each(LOG_CODES)('%s is a whole sentence', (code) => {
    const said = logLines[code](VALUES);
    expect(said).toMatch(/^[A-ZÄÖÜ„0-9].*(?:[.!]|\/a)$/s);
    expect(said).not.toMatch(/undefined|NaN|null/);
  });
});
