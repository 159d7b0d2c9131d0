import { oc } from '@orpc/contract';
import { z } from 'zod';
import { DeviceChoice, DeviceReport } from './devices';

export const SystemInfo = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'browser', 'none']),
  dataFolder: z.string(),
  /** Logical processors that this program may use. */
  cores: z.number().int(),
  physicalCores: z.number().int(),
  totalMemoryBytes: z.number(),
  freeMemoryBytes: z.number(),
  freeDiskBytes: z.number(),
  /** What runs the arithmetic, e.g. "CPU, 2 threads". */
  device: z.string(),
  versions: z.record(z.string(), z.string()),
});
export type SystemInfo = z.infer<typeof SystemInfo>;

export const FolderEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  sizeBytes: z.number(),
  /** A folder that holds config.json, or a .gguf file. */
  looksLikeModel: z.boolean(),
  /** A folder that holds adapter_config.json and no model. */
  looksLikeAdapter: z.boolean(),
});

export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** Of the window; 'system' is the first that the system prefers and the window speaks. */
  language: z.enum(['system', 'en', 'de']),
  /** Tell by the system's notifications when a long run ends. */
  notify: z.boolean(),
  /** Leave one core to the person. */
  gentle: z.boolean(),
  /** Threads of a run; null for one for each physical core. */
  threads: z.number().int().min(1).max(1024).nullable(),
  /** What jobs compute on. */
  device: DeviceChoice,
});
export type Settings = z.infer<typeof Settings>;

export const systemContract = {
  info: oc.input(z.object({})).output(SystemInfo),
  /** The page's own path picker, for both shells. `path` null is the home folder. */
  listFolder: oc
    .input(z.object({ path: z.string().nullable() }))
    .output(z.object({ path: z.string(), parent: z.string().nullable(), entries: z.array(FolderEntry) })),
  settings: oc.input(z.object({})).output(Settings),
  /** What could compute here, and what the next job runs on. Looks for graphics cards the first time, which takes a second or two. */
  devices: oc.input(z.object({})).output(DeviceReport),
  /** Compares the graphics card with the processor; up to a minute. */
  testDevice: oc.input(z.object({})).output(DeviceReport),
  changeSettings: oc.input(Settings.partial()).output(Settings),
  /** Drafts of wizards and other small state of the window, kept across reloads. `version` is null where there is none. */
  loadDraft: oc
    .input(z.object({ key: z.string().max(200) }))
    .output(z.object({ value: z.unknown(), version: z.number().nullable() })),
  /**
   * Saves a draft over the version that the window has seen. Where another window was quicker nothing is saved, and the answer holds what is there.
   * @returns the version and value that are stored now
   */
  saveDraft: oc
    .input(z.object({ key: z.string().max(200), value: z.unknown(), basedOn: z.number().nullable() }))
    .output(z.object({ saved: z.boolean(), value: z.unknown(), version: z.number().nullable() })),
  /** Shows a file or folder in the desktop's file manager; says so where there is none. */
  reveal: oc.input(z.object({ path: z.string() })).output(z.object({ revealed: z.boolean(), reason: z.string() })),
};
