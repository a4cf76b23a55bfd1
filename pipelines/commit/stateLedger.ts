/** How much state each task has stored, so that it is folded before a restore becomes slow. */
import type { StateSegment } from './taskCommit.js';

interface Stored {
  /** Since the last base. */
  segments: number;
  segmentBytes: number;
  baseBytes: number;
}

export interface FoldLimits {
  /** A restore reads at most about this many segments an operator. */
  readonly segmentsMax: number;
  /** Fold earlier once segments outweigh the base and this many bytes: so what folding writes stays in proportion. */
  readonly segmentBytesMin: number;
}

export class StateLedger {
  readonly #limits: FoldLimits;
  readonly #tasks = new Map<string, Map<string, Stored>>();

  constructor(limits: FoldLimits) {
    this.#limits = limits;
  }

  /** Nothing is known of the task: it was claimed anew. */
  reset(topology: string, task: number): void {
    this.#tasks.set(`${topology} ${task}`, new Map());
  }

  forget(topology: string, task: number): void {
    this.#tasks.delete(`${topology} ${task}`);
  }

  add(topology: string, task: number, segment: Pick<StateSegment, 'operator' | 'kind' | 'bytes'>): void {
    const name = `${topology} ${task}`;
    const operators = this.#tasks.get(name) ?? new Map<string, Stored>();
    this.#tasks.set(name, operators);
    const stored = operators.get(segment.operator) ?? { segments: 0, segmentBytes: 0, baseBytes: 0 };
    operators.set(segment.operator, stored);
    if (segment.kind === 'base') {
      stored.segments = 0;
      stored.segmentBytes = 0;
      stored.baseBytes = segment.bytes.length;
      return;
    }
    stored.segments++;
    stored.segmentBytes += segment.bytes.length;
  }

  /** `segments` of an operator (a base among them or not) became one base; those added meanwhile stay. */
  folded(
    topology: string,
    task: number,
    fold: {
      readonly operator: string;
      readonly segments: number;
      readonly bytesBefore: number;
      readonly bytesAfter: number;
    },
  ): void {
    const stored = this.#tasks.get(`${topology} ${task}`)?.get(fold.operator);
    if (stored === undefined) return;
    const base = stored.baseBytes > 0 ? 1 : 0;
    stored.segments = Math.max(0, stored.segments - (fold.segments - base));
    stored.segmentBytes = Math.max(0, stored.segmentBytes - (fold.bytesBefore - stored.baseBytes));
    stored.baseBytes = fold.bytesAfter;
  }

  bytes(topology: string, task: number): number {
    let bytes = 0;
    for (const stored of this.#tasks.get(`${topology} ${task}`)?.values() ?? [])
      bytes += stored.baseBytes + stored.segmentBytes;
    return bytes;
  }

  /** 0 below the limits, 1 at them, and so on: how often the limit is passed. */
  pressure(topology: string, task: number): number {
    const { segmentsMax, segmentBytesMin } = this.#limits;
    let pressure = 0;
    for (const stored of this.#tasks.get(`${topology} ${task}`)?.values() ?? []) {
      const bytesMax = Math.max(segmentBytesMin, stored.baseBytes);
      pressure = Math.max(pressure, stored.segments / segmentsMax, stored.segmentBytes / bytesMax);
    }
    return Math.floor(pressure);
  }
}
