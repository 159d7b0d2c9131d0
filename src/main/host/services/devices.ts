import {
  KeptSelfTest,
  type DeviceChoice,
  type DeviceReport,
  type FoundDevice,
  type JobDevice,
  type SelfTest,
} from '@contracts/devices';
import { readSettings, writeSetting } from '../store/repositories/settings';
import type { WritableDb } from '../store/sql';

/** Asks a process of its own; a driver's crash is an answer too. */
export interface DeviceProbe {
  listDevices(): Promise<readonly FoundDevice[]>;
  testDevice(): Promise<SelfTest>;
}

export interface DeviceDeskDeps {
  readonly db: WritableDb;
  readonly probe: DeviceProbe;
  readonly programVersion: string;
  readonly nowMs: () => number;
  readonly choice: () => DeviceChoice;
}

/** What the next job runs on. */
export interface ChosenDevice {
  readonly device: JobDevice;
  readonly deviceName: string;
  /** Why, where that is worth saying. */
  readonly deviceReason: string;
}

const KEPT_TEST = 'deviceSelfTest';

/**
 * Knows what could compute on this machine and decides what the next job runs on. What is there is looked up once in a host's life; a self-test
 * is kept in the store and holds for this card and this version of the program.
 */
export class DeviceDesk {
  readonly #deps: DeviceDeskDeps;
  #found: Promise<readonly FoundDevice[]> | null = null;
  #testing: Promise<void> | null = null;

  constructor(deps: DeviceDeskDeps) {
    this.#deps = deps;
  }

  /** What the settings ask for, whatever is there. */
  get wanted(): DeviceChoice {
    return this.#deps.choice();
  }

  async report(): Promise<DeviceReport> {
    const devices = await this.#find();
    const { device, deviceName, deviceReason } = await this.#choose(devices);
    return {
      devices: [...devices],
      choice: this.#deps.choice(),
      selfTest: this.#keptTest(gpuOf(devices)),
      next: { device, name: deviceName, reason: deviceReason },
    };
  }

  /** Runs the self-test anew; the answer tells what it means for the next job. */
  async test(): Promise<DeviceReport> {
    const gpu = gpuOf(await this.#find());
    if (gpu) await this.#runTest(gpu);
    return this.report();
  }

  /** For a job that starts now; a card that was chosen and never tested is tested first. */
  async choose(): Promise<ChosenDevice> {
    // Nobody has to wait for a driver to be looked for who wants none.
    if (this.#deps.choice() === 'cpu') return onProcessor('');
    const devices = await this.#find();
    const gpu = gpuOf(devices);
    if (gpu && this.#isWanted(gpu) && !this.#keptTest(gpu)) await this.#runTest(gpu);
    return this.#choose(devices);
  }

  async #choose(devices: readonly FoundDevice[]): Promise<ChosenDevice> {
    const choice = this.#deps.choice();
    if (choice === 'cpu') return onProcessor('');
    const gpu = gpuOf(devices);
    if (!gpu) return onProcessor(choice === 'gpu' ? 'No graphics card was found.' : '');
    if (!this.#isWanted(gpu)) return onProcessor('');
    const test = this.#keptTest(gpu);
    if (!test) return onProcessor(`${gpu.name} has not been tested yet.`);
    if (!test.hasPassed) return onProcessor(`${gpu.name} did not pass its self-test. ${test.reason}`);
    return { device: 'webgpu', deviceName: gpu.name, deviceReason: 'It passed its self-test.' };
  }

  /** A card in software is taken only by whoever asks for it. */
  #isWanted(gpu: FoundDevice): boolean {
    const choice = this.#deps.choice();
    return choice === 'gpu' || (choice === 'auto' && !gpu.isSoftware);
  }

  #find(): Promise<readonly FoundDevice[]> {
    this.#found ??= this.#deps.probe.listDevices();
    return this.#found;
  }

  #keptTest(gpu: FoundDevice | null): KeptSelfTest | null {
    const kept = KeptSelfTest.safeParse(readSettings(this.#deps.db)[KEPT_TEST]);
    if (!gpu || !kept.success) return null;
    const { device, programVersion } = kept.data;
    return device === gpu.name && programVersion === this.#deps.programVersion ? kept.data : null;
  }

  /** One at a time: who asks while a test runs waits for that one. */
  #runTest(gpu: FoundDevice): Promise<void> {
    const { db, probe, programVersion, nowMs } = this.#deps;
    this.#testing ??= probe
      .testDevice()
      .then((result) => {
        const kept: KeptSelfTest = { ...result, device: gpu.name, programVersion, testedAtMs: nowMs() };
        writeSetting(db, KEPT_TEST, kept);
      })
      .finally(() => (this.#testing = null));
    return this.#testing;
  }
}

function gpuOf(devices: readonly FoundDevice[]): FoundDevice | null {
  return devices.find(({ backend, isSupported }) => backend === 'webgpu' && isSupported) ?? null;
}

function onProcessor(deviceReason: string): ChosenDevice {
  return { device: 'cpu', deviceName: 'processor', deviceReason };
}
