import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { drawSkillCases, missedGates, scoreSkillCases } from './gates';

describe('gates', () => {
  const cases = drawSkillCases(createRng('cases'), 40);

  it('are all passed but the upper bound by right lines', () => {
    const figures = scoreSkillCases(
      cases,
      cases.map((skillCase) => skillCase.expected),
    );
    expect(figures).toEqual({
      parse: 1,
      quickStep: 1,
      check: 1,
      saysRightWhenRight: 1,
      saysWrongWhenWrong: 1,
      finish: 1,
    });
    expect(missedGates(figures)).toEqual(['quickStep 1.000 is above 0.85']);
  });

  it('see a verdict that is always right, and a step that copies the wrong operand', () => {
    const flattering = scoreSkillCases(
      cases,
      cases.map((skillCase) => skillCase.expected.replace('is wrong', 'is right')),
    );
    expect(flattering.saysWrongWhenWrong).toBe(0);
    expect(flattering.saysRightWhenRight).toBe(1);
    const miscopied = scoreSkillCases(
      cases,
      cases.map((skillCase) => skillCase.expected.replace(/\d+ =/, '1000 =')),
    );
    expect(miscopied.parse).toBe(0);
    expect(missedGates(miscopied)[0]).toContain('parse');
  });
});
