/** What a run has really brought about: a suite whose faults never happen finds nothing. */
import { killPoints } from './faultPlan.js';
import type { Fate, Point } from './gates.js';

export const events = [
  'fenced',
  'unknown',
  'COMMIT lost',
  'answer of COMMIT lost',
  'COMMIT late, refused',
  'COMMIT late, done',
  'restored',
  'folded',
  'duplicate',
  'dead letter',
  'late partial',
  'anomaly',
  'alert',
  'sent twice',
  'moved',
  'taken from a worker that does not know',
  'left',
  'killed',
  'hung',
] as const;
export type CoverageEvent = (typeof events)[number];

/** Without these a run has tested nothing. */
const required: readonly CoverageEvent[] = [
  'fenced',
  'unknown',
  'COMMIT lost',
  'answer of COMMIT lost',
  'restored',
  'folded',
  'duplicate',
  'dead letter',
  'alert',
  'killed',
  'hung',
];
const killsMin = 5;

export class Coverage {
  readonly #events = new Map<CoverageEvent, number>();
  readonly #fates = new Map<string, number>();
  schedules = 0;
  steps = 0;

  saw(event: CoverageEvent, times = 1): void {
    this.#events.set(event, (this.#events.get(event) ?? 0) + times);
  }

  fate(point: Point, fate: Fate): void {
    const name = `${fate} at ${point}`;
    this.#fates.set(name, (this.#fates.get(name) ?? 0) + 1);
  }

  add(other: Coverage): void {
    for (const [event, times] of other.#events) this.saw(event, times);
    for (const [name, times] of other.#fates) this.#fates.set(name, (this.#fates.get(name) ?? 0) + times);
    this.schedules += other.schedules;
    this.steps += other.steps;
  }

  /** What was to happen and did not, or not often enough. */
  gaps(): string[] {
    return [
      ...required.filter((event) => (this.#events.get(event) ?? 0) === 0).map((event) => `never: ${event}`),
      ...killPoints
        .filter((point) => (this.#fates.get(`die at ${point}`) ?? 0) < killsMin)
        .map((point) => `killed fewer than ${killsMin} times at: ${point}`),
    ];
  }

  table(): string {
    const lines = [...events.map((event) => [event, this.#events.get(event) ?? 0] as const), ...this.#fates];
    const width = Math.max(...lines.map(([name]) => name.length));
    const head = `${this.schedules} schedules, ${this.steps} steps`;
    return [
      head,
      ...lines.map(([name, times]) => `  ${name.padEnd(width)} ${String(times).padStart(8)}`),
    ].join('\n');
  }
}
