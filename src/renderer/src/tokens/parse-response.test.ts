import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseResponse } from './parse-response';

describe('parseResponse', () => {
  it('splits tagged steps from plain text', () => {
    expect(parseResponse('Well.\n<next_step>\n1 + 1 = 2\n</next_step>\n<output>\n2\n</output>\n')).toEqual([
      { token: null, text: 'Well.', isOpenEnded: false },
      { token: 'next_step', text: '1 + 1 = 2', isOpenEnded: false },
      { token: 'output', text: '2', isOpenEnded: false },
    ]);
  });

  it('ends a step that was never closed where the next one opens', () => {
    expect(parseResponse('<verify>\nhm <refine>\nok\n</refine> tail <output>\n7')).toEqual([
      { token: 'verify', text: 'hm', isOpenEnded: true },
      { token: 'refine', text: 'ok', isOpenEnded: false },
      { token: null, text: 'tail', isOpenEnded: false },
      { token: 'output', text: '7', isOpenEnded: true },
    ]);
  });

  it('loses no visible character whatever the model wrote', () => {
    const piece = fc.constantFrom('<verify>', '</verify>', '<output>', '</output>', 'a', 'b c', '\n', '<', '</');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        const kept = parseResponse(text)
          .map((block) => block.text)
          .join('');
        const letters = (s: string) => s.replaceAll(/<\/?(verify|output)>/g, '').replaceAll(/[^abc]/g, '');
        expect(letters(kept)).toBe(letters(text));
      }),
    );
  });
});
