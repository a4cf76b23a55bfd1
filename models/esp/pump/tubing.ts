/** Pressure lost to friction in the tubing. */

/** Darcy–Weisbach with Haaland's friction factor, kPa; smooth from laminar to turbulent. */
export function frictionKpa(flow: {
  readonly rateM3D: number;
  readonly lengthM: number;
  readonly innerMm: number;
  readonly densityKgM3: number;
  readonly viscosityPaS: number;
  /** Of the wall over the diameter. */
  readonly roughness: number;
}): number {
  const d = flow.innerMm / 1000;
  const speed = Math.abs(flow.rateM3D) / 86_400 / ((Math.PI / 4) * d * d);
  if (speed === 0) return 0;
  const reynolds = (flow.densityKgM3 * speed * d) / flow.viscosityPaS;
  const laminar = 64 / reynolds;
  const turbulent = (-1.8 * Math.log10((flow.roughness / 3.7) ** 1.11 + 6.9 / Math.max(reynolds, 10))) ** -2;
  // Between the two regimes (Re 2000–4000) a straight mix: no jump for a solver to stumble on.
  const share = Math.min(1, Math.max(0, (reynolds - 2000) / 2000));
  const factor = reynolds < 2000 ? laminar : share * turbulent + (1 - share) * laminar;
  const loss = (factor * (flow.lengthM / d) * flow.densityKgM3 * speed * speed) / 2000;
  return Math.sign(flow.rateM3D) * loss;
}
