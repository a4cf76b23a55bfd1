/** Where a pumping unit's rods hang at each angle of its crank: four bars of a conventional unit. */

/** Dimensions by API Spec 11E, m. */
export interface UnitGeometry {
  /** Centre bearing to the rods' line. */
  readonly aM: number;
  /** Centre bearing to the equaliser bearing. */
  readonly cM: number;
  /** Centre bearing to the crank shaft, along the ground. */
  readonly iM: number;
  /** Pitman. */
  readonly pM: number;
  /** Height of the centre bearing over the base. */
  readonly hM: number;
  /** Height of the crank shaft over the base. */
  readonly gM: number;
  /** Crank. */
  readonly rM: number;
}

/**
 * Place of the polished rod, m, positive up, to a constant; `crankRad` from 12 o'clock, turning away from the well over the
 * top. NaN where the bars do not meet.
 */
export function polishedRodM(geometry: UnitGeometry, crankRad: number): number {
  const { aM, cM, iM, pM, hM, gM, rM } = geometry;
  // Centre bearing at the origin, crank behind it (negative) and below.
  const x = -iM - rM * Math.sin(crankRad);
  const y = -(hM - gM) + rM * Math.cos(crankRad);
  const reach = Math.hypot(x, y);
  const along = (cM * cM - pM * pM + reach * reach) / (2 * reach);
  const off = Math.sqrt(cM * cM - along * along);
  // Of the two places where both bars meet, the one behind and above.
  const ex = (along * x + off * -y * -1) / reach;
  const ey = (along * y - off * x) / reach;
  const angle = Math.atan2(ey, -ex);
  return -aM * angle;
}

export interface UnitMotion {
  readonly strokeM: number;
  /** Crank angle with the rods lowest, rad. */
  readonly bottomRad: number;
}

/** Null where the bars do not meet at every angle: no unit has such dimensions. */
export function motionOf(geometry: UnitGeometry): UnitMotion | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let bottomRad = 0;
  const steps = 1440;
  for (let i = 0; i < steps; i++) {
    const crankRad = (2 * Math.PI * i) / steps;
    const m = polishedRodM(geometry, crankRad);
    if (!Number.isFinite(m)) return null;
    if (m < low) [low, bottomRad] = [m, crankRad];
    if (m > high) high = m;
  }
  return { strokeM: high - low, bottomRad };
}
