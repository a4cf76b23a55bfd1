/** One dynamometer card of a rod-pumped well (Avro `edge.cards.v1`), its well known. */
import type { Lane } from './reading.js';
import type { WellRef } from './wellRef.js';

export interface PumpCard {
  readonly well: WellRef;
  readonly lane: Lane;
  /** Start of the stroke, Unix ms. */
  readonly takenAtMs: number;
  /** Measured at the polished rod, or calculated at the pump by the controller. */
  readonly place: 'surface' | 'downhole';
  /** As many as `loadKn`, at equal times. */
  readonly positionM: Float64Array;
  readonly loadKn: Float64Array;
  readonly strokesPerMinute: number;
  /** As the controller saw it, 0–1; null where it says nothing. */
  readonly fillage: number | null;
}
