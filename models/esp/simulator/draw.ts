/** Seeded draws of the simulator: uniform, normal, by weight. */
import { seededRandom } from '../../flow-autoencoder/random.js';

export type Range = readonly [low: number, high: number];

export interface Draw {
  /** [0, 1). */
  unit(): number;
  between(range: Range): number;
  /** Evenly on a logarithmic scale. */
  logBetween(range: Range): number;
  normal(): number;
  /** Around 1 with that coefficient of variation, above 0. */
  logNormal(variation: number): number;
  chance(probability: number): boolean;
  pick<T>(weights: readonly (readonly [T, number])[]): T;
  /** Waiting time of a Poisson process. */
  waiting(mean: number): number;
}

export function drawFrom(seed: number): Draw {
  const unit = seededRandom(seed);
  let spare = Number.NaN;
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - unit()));
    const angle = 2 * Math.PI * unit();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    unit,
    normal,
    between: ([low, high]) => low + (high - low) * unit(),
    logBetween: ([low, high]) => low * (high / low) ** unit(),
    logNormal(variation) {
      const sigma = Math.sqrt(Math.log(1 + variation * variation));
      return Math.exp(sigma * normal() - (sigma * sigma) / 2);
    },
    chance: (probability) => unit() < probability,
    pick(weights) {
      let left = unit() * weights.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of weights) {
        left -= weight;
        if (left < 0) return value;
      }
      return (weights.at(-1) as readonly [never, number])[0];
    },
    waiting: (mean) => -mean * Math.log(1 - unit()),
  };
}

/** Independent streams for one well, so that a change in one part of the simulator leaves the others' draws alone. */
export function seedOf(seed: number, well: number, part: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(well + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f) ^ Math.imul(part + 1, 0x165667b1);
  return (h ^ (h >>> 13)) >>> 0;
}
