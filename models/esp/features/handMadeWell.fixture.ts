/** A well drawn by hand, minute by minute, for tests of features and rules: steady, with what a test changes. */
import { seededRandom } from '../../flow-autoencoder/random.js';
import { type SignalName, signalNames } from '../signals.js';

export type Signals = Partial<Record<SignalName, number>>;

const steady: Signals = {
  'esp.pip': 6000,
  'esp.pdp': 18_000,
  'esp.ti': 85,
  'esp.tm': 110,
  'esp.vx': 0.1,
  'esp.vy': 0.1,
  'esp.vz': 0.1,
  'esp.leak': 12,
  'esp.ia': 50,
  'esp.ib': 50.5,
  'esp.ic': 49.5,
  'esp.vab': 2000,
  'esp.vbc': 2005,
  'esp.vca': 1995,
  'esp.f': 50,
  'esp.kw': 120,
  'esp.run': 1,
  'well.whp': 1500,
  'well.chp': 800,
  'well.flp': 900,
  'well.choke': 60,
  'well.ql': 200,
};

/** Values that scatter by half a per cent, but for frequency, choke and run. */
export function handMadeWell(seed: number): (changes?: Signals) => Float32Array {
  const random = seededRandom(seed);
  const row = new Float32Array(signalNames.length);
  return (changes = {}) => {
    for (const [i, name] of signalNames.entries()) {
      const value = changes[name] ?? steady[name] ?? Number.NaN;
      const still = name === 'esp.f' || name === 'well.choke' || name === 'esp.run' || name === 'esp.trip';
      row[i] = still ? value : value * (1 + 0.01 * (random() - 0.5));
    }
    return row;
  };
}

/** The same pump faster or slower, by the affinity laws and a system that answers with more head than they say. */
export function atFrequency(hz: number): Signals {
  const s = hz / 50;
  return {
    'esp.f': hz,
    'esp.pip': 6000 - 3000 * (s - 1),
    'esp.pdp': 6000 - 3000 * (s - 1) + 12_000 * s ** 1.2,
    'esp.ia': 50 * s ** 1.3,
    'esp.ib': 50.5 * s ** 1.3,
    'esp.ic': 49.5 * s ** 1.3,
    'esp.tm': 85 + 25 * s ** 2.6,
    'esp.kw': 120 * s ** 2.7,
    'esp.vab': 2000 * s,
    'esp.vbc': 2005 * s,
    'esp.vca': 1995 * s,
    'well.ql': 200 * s,
  };
}
