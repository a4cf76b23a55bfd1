/** What a reservoir gives at a flowing pressure: a straight line above bubble point, Vogel's curve below. */

export interface Inflow {
  readonly reservoirKpa: number;
  readonly bubbleKpa: number;
  /** Above the bubble point, m³/d a kPa. */
  readonly productivityM3DKpa: number;
}

/** Vogel 1968: share of the greatest rate at a share of reservoir pressure. */
export function vogelShare(ratio: number): number {
  return 1 - 0.2 * ratio - 0.8 * ratio * ratio;
}

/** Liquid rate, m³/d; negative above reservoir pressure (the well takes liquid). */
export function inflowM3D(inflow: Inflow, flowingKpa: number): number {
  const { reservoirKpa, bubbleKpa, productivityM3DKpa: j } = inflow;
  const kneeKpa = Math.min(bubbleKpa, reservoirKpa);
  if (flowingKpa >= kneeKpa) return j * (reservoirKpa - flowingKpa);
  const straight = j * (reservoirKpa - kneeKpa);
  // The curve meets the line with the same slope: its greatest rate is J pb / 1.8.
  return straight + ((j * kneeKpa) / 1.8) * vogelShare(Math.max(0, flowingKpa) / kneeKpa);
}
