import type { RlAlgorithm } from './define-rl-algorithm';
import { drGrpo } from './dr-grpo';
import { grpo } from './grpo';
import { ppo } from './ppo';
import { reinforceBaseline } from './reinforce-baseline';
import { reinforcePlusPlus } from './reinforce-plus-plus';
import type { RlConfig } from './rl-config';
import { rloo } from './rloo';

/** Every algorithm by name; a new one is a file and a row. */
export const RL_ALGORITHMS: Readonly<Record<RlConfig['algorithm'], RlAlgorithm>> = {
  'reinforce-plus-plus': reinforcePlusPlus,
  'reinforce-baseline': reinforceBaseline,
  grpo,
  'dr-grpo': drGrpo,
  rloo,
  ppo,
};
