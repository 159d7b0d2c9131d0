import type { Rng } from '@core/ports';
import { median } from '../row';
import type { Contest } from './contest';
import type { ContestResult, PartyResult } from './score';

/** A party that can be asked for samples. Rejections are reasons for leaving it out. */
export interface Contestant {
  /** Runs the work once, or the part of it that brings memory and caches back; not counted. */
  warm(): Promise<void>;
  /** One sample, in the contest's unit. */
  run(): Promise<number>;
  /** What a reader must know, e.g. which program did it. */
  readonly about?: () => string | undefined;
  dispose(): Promise<void>;
}

export interface AlternateOptions {
  readonly contest: Contest;
  /** Makes a party's contestant; rejects with the reason when it is not there. */
  readonly open: (name: string) => Promise<Contestant>;
  readonly samples: number;
  readonly rng: Rng;
  readonly log: (line: string) => void;
}

/** A party this many times behind another one of its side stops after the first round. */
const HOPELESS = 1.5;

/** Samples of all parties, taken in turn: each round in an order drawn anew. */
export async function alternate({ contest, open, samples, rng, log }: AlternateOptions): Promise<ContestResult> {
  const contestants = new Map<string, Contestant>();
  const taken: Record<string, number[]> = {};
  const reasons: Record<string, string> = {};
  const about: Record<string, string> = {};
  const giveUp = async (name: string, reason: string): Promise<void> => {
    reasons[name] = reason;
    log(`${name}: ${reason}`);
    await contestants.get(name)?.dispose();
    contestants.delete(name);
  };

  const names = Object.keys(contest.parties);
  try {
    for (const name of names) {
      try {
        const contestant = await open(name);
        contestants.set(name, contestant);
      } catch (error) {
        await giveUp(name, describe(error));
      }
    }
    for (let round = 0; round < samples; round++) {
      for (const name of shuffled([...contestants.keys()], rng)) {
        try {
          const contestant = contestants.get(name);
          await contestant?.warm();
          const value = await contestant?.run();
          if (value === undefined) continue;
          (taken[name] ??= []).push(value);
          const words = contestant?.about?.();
          if (words !== undefined) about[name] = words;
          log(`round ${round + 1}: ${name} ${value.toPrecision(4)} ${contest.unit}`);
        } catch (error) {
          await giveUp(name, describe(error));
        }
      }
      if (round === 0)
        for (const [name, reason] of findHopeless(contest, taken)) {
          if (contestants.has(name)) await giveUp(name, reason);
        }
    }
  } finally {
    await Promise.all([...contestants.values()].map((contestant) => contestant.dispose()));
  }
  return Object.fromEntries(
    names.map((name): [string, PartyResult] => {
      const reason = reasons[name];
      const words = about[name];
      return [
        name,
        {
          samples: taken[name] ?? [],
          ...(reason !== undefined && { reason }),
          ...(words !== undefined && { about: words }),
        },
      ];
    }),
  );
}

/** Parties that every row could replace by a much better one of the same side, with what they reached. */
function findHopeless(
  { rows, better, unit }: Contest,
  taken: Readonly<Record<string, readonly number[]>>,
): ReadonlyMap<string, string> {
  const hopeless = new Map<string, string>();
  const sides = rows.flatMap(({ ours, peer }) => [ours, peer]);
  for (const [name, samples] of Object.entries(taken)) {
    const mine = median(samples);
    const isBeaten = sides
      .filter((side) => side.includes(name))
      .every((side) =>
        side.some((other) => {
          const theirs = median(taken[other] ?? []);
          return better === 'higher' ? theirs > HOPELESS * mine : theirs * HOPELESS < mine;
        }),
      );
    if (isBeaten) hopeless.set(name, `is far behind at ${mine.toPrecision(3)} ${unit}`);
  }
  return hopeless;
}

function shuffled(names: readonly string[], rng: Rng): readonly string[] {
  return names
    .map((name) => ({ name, at: rng.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
