import type { Detector, DetectorName } from './detector';
import { accuracyDrop } from './detectors/accuracy-drop';
import { klExplosion } from './detectors/kl-explosion';
import { lengthCollapse } from './detectors/length-collapse';
import { lossExplosion } from './detectors/loss-explosion';
import { noSignal } from './detectors/no-signal';
import { notFinite } from './detectors/not-finite';
import { runawayLength } from './detectors/runaway-length';
import { tokenCollapse } from './detectors/token-collapse';
import { verbosity } from './detectors/verbosity';

/** Every detector by its name; a new one is a file and a line here. */
export const DETECTORS: Readonly<Record<DetectorName, Detector>> = {
  'not-finite': notFinite,
  'loss-explosion': lossExplosion,
  'kl-explosion': klExplosion,
  'no-signal': noSignal,
  'token-collapse': tokenCollapse,
  'length-collapse': lengthCollapse,
  'runaway-length': runawayLength,
  verbosity,
  'accuracy-drop': accuracyDrop,
};
