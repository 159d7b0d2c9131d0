import type { DetectorName } from '@contracts/run-events';
import { texts } from './texts/guard.en';

type Config = Readonly<Record<string, unknown>>;

/** Other settings for going on from an earlier state, and what they are in words. */
export interface Recovery {
  readonly changes: Config;
  readonly words: string;
}

const numberOf = (config: Config, name: string): number => {
  const value = config[name];
  return typeof value === 'number' ? value : 0;
};

const slower =
  (factor: number, more: (config: Config) => Config = () => ({})) =>
  (config: Config): Config => ({
    learningRate: Number((numberOf(config, 'learningRate') / factor).toPrecision(3)),
    ...more(config),
  });

const closer = (config: Config): Config => ({ klCoefficient: Math.max(0.01, 2 * numberOf(config, 'klCoefficient')) });

/** What to do otherwise after each way of going wrong; a proposal that the wizard shows and a person may change. */
const CHANGES: Readonly<Record<DetectorName, (config: Config) => Config>> = {
  'not-finite': slower(10),
  'loss-explosion': slower(10),
  'kl-explosion': slower(3, closer),
  'no-signal': (config) => ({
    temperature: Math.max(0.7, Math.min(1, 1.3 * numberOf(config, 'temperature'))),
    skipSettled: true,
  }),
  'token-collapse': slower(3, closer),
  'length-collapse': slower(3, () => ({ lengthWeight: 0 })),
  'runaway-length': slower(3, closer),
  verbosity: slower(2, (config) => ({ ...closer(config), reward: 'shaped' })),
  'accuracy-drop': slower(3, closer),
};

/** Settings of a run, changed for what went wrong in it. */
export function recoverFrom(detector: DetectorName, config: Config): Recovery {
  const changes = Object.fromEntries(
    Object.entries(CHANGES[detector](config)).filter(([name, value]) => name in config && value !== config[name]),
  );
  return { changes, words: texts.ways[detector].change };
}
