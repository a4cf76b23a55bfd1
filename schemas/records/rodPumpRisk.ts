/** What the trends of a rod pump's cards say of its failure at one time. */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

export interface RodPumpContribution {
  /** What is followed, e.g. `loadRangeKn`. */
  readonly figure: string;
  readonly mode: string;
  /** Of the sum of all evidence. */
  readonly share: number;
  readonly recent: number;
  readonly usual: number | null;
  /** In spreads of what is usual. */
  readonly change: number | null;
}

export interface RodPumpRisk {
  readonly well: WellRef;
  readonly lane: Lane;
  /** Made from days that ended at or before it, Unix ms. */
  readonly atMs: number;
  readonly model: string;
  readonly version: string;
  /** Index 0–1 in the way of a probability within 30 days; not calibrated. */
  readonly risk: number;
  /** Where an alert opens. */
  readonly threshold: number;
  readonly alert: boolean;
  readonly mode: string;
  /** Of each mode, 0–1. */
  readonly modes: Readonly<Record<string, number>>;
  /** Largest first, at most five. */
  readonly contributions: readonly RodPumpContribution[];
  /** Figures that it did without. */
  readonly missing: readonly string[];
  /** Share of the figures that had a usual level, 0–1. */
  readonly coverage: number;
}
