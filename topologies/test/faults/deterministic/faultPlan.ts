/** Which faults a schedule brings: drawn at its start, each for a point that it must come by. */
import type { Random } from '../random.js';
import { type Fate, type Point, points } from './gates.js';

interface PlannedFault {
  readonly point: Point;
  readonly fate: Exclude<Fate, 'go'>;
  /** Times that the point is passed before. */
  after: number;
}

/** Every schedule comes by claims and restores, few by all of the others; and each point must be one of death. */
function timesDrawn(point: Point, fate: Fate): number {
  const deaths = fate === 'die' ? 2 : 1;
  if (point.startsWith('fold')) return (fate === 'late' ? 12 : 6) * deaths;
  if (point === 'commit fence' && fate === 'late') return 8;
  if (/relay send|relay delete/.test(point)) return 4 * deaths;
  // Who is overtaken in a restore must not see what came after its claim.
  if (point === 'restore read') return fate === 'hang' ? 12 : 3 * deaths;
  return (point.startsWith('commit') ? 3 : 2) * deaths;
}

const all = Object.entries(points).flatMap(([point, fates]) =>
  (fates as readonly Exclude<Fate, 'go'>[]).map((fate) => ({ point: point as Point, fate })),
);
const choices = all.flatMap((choice) =>
  Array.from({ length: timesDrawn(choice.point, choice.fate) }, () => choice),
);

/** Points where a process can be killed: a run must have killed at each. */
export const killPoints = all.filter(({ fate }) => fate === 'die').map(({ point }) => point);

export class FaultPlan {
  readonly #faults: PlannedFault[];

  constructor(random: Random, faults: number) {
    this.#faults = Array.from({ length: faults }, () => ({
      ...random.pick(choices),
      after: random.below(random.pick([1, 4, 12])),
    }));
  }

  /** What becomes of a message that comes by now. */
  fateAt(point: Point): Fate {
    for (const [i, fault] of this.#faults.entries()) {
      if (fault.point !== point) continue;
      if (fault.after > 0) {
        fault.after--;
        continue;
      }
      this.#faults.splice(i, 1);
      return fault.fate;
    }
    return 'go';
  }
}
