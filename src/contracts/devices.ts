import { z } from 'zod';

/** What a job's arithmetic can run on. */
export const JobDevice = z.enum(['cpu', 'webgpu']);
export type JobDevice = z.infer<typeof JobDevice>;

/** What a person chose: `auto` is a graphics card that has passed its self-test, else the processor. */
export const DeviceChoice = z.enum(['auto', 'cpu', 'gpu']);
export type DeviceChoice = z.infer<typeof DeviceChoice>;

export const FoundDevice = z.object({
  /** onnxruntime's name of the way to it: `cpu`, `webgpu`, `cuda`, … */
  backend: z.string(),
  name: z.string(),
  /** A graphics card played by the processor; for tests, and never chosen by itself. */
  isSoftware: z.boolean(),
  /** Whether jobs can run on it. */
  isSupported: z.boolean(),
  /** Why not, or what is to be known of it; may be empty. */
  note: z.string(),
});
export type FoundDevice = z.infer<typeof FoundDevice>;

/** What the self-test found: a training step and some tokens of a small model, on the device and on the processor. */
export const SelfTest = z.object({
  hasPassed: z.boolean(),
  /** In words, for a person; also when it passed. */
  reason: z.string(),
  /** Largest differences from the processor; null where it did not come so far. */
  differences: z
    .object({
      /** Of the loss, nats. */
      loss: z.number(),
      /** Of a gradient, as a share of its length. */
      gradient: z.number(),
      /** Of a log-probability while decoding, nats. */
      logProb: z.number(),
    })
    .nullable(),
});
export type SelfTest = z.infer<typeof SelfTest>;

/** A self-test with what it holds for: another card, driver or version of the program must pass its own. */
export const KeptSelfTest = SelfTest.extend({
  device: z.string(),
  programVersion: z.string(),
  testedAtMs: z.number(),
});
export type KeptSelfTest = z.infer<typeof KeptSelfTest>;

export const DeviceReport = z.object({
  devices: z.array(FoundDevice),
  choice: DeviceChoice,
  /** Of the graphics card that is there now; null before its first test. */
  selfTest: KeptSelfTest.nullable(),
  /** What the next job runs on, and why, in words. */
  next: z.object({ device: JobDevice, name: z.string(), reason: z.string() }),
});
export type DeviceReport = z.infer<typeof DeviceReport>;
