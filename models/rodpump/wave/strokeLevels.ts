/** Where on a pump card the load changes hands: levels of the way up and down, and how wide it is between them. */

export interface StrokeLevels {
  /** Load carried up and left on the way down, N, without what goes with the speed. */
  highN: number;
  lowN: number;
  /** Load that goes with the rods' speed, N a m/s: damping that is still in the card. */
  dragNsM: number;
  /** Plunger's whole stroke, m. */
  grossM: number;
  /** Stroke below the place where the load has left the rods on the way down: what lifts liquid, m. */
  netM: number;
  /** Share of the stroke that the load takes to leave the rods on the way down. */
  releaseShare: number;
}

export function emptyLevels(): StrokeLevels {
  return { highN: 0, lowN: 0, dragNsM: 0, grossM: 0, netM: 0, releaseShare: 0 };
}

/** The travelling valve is taken as open when so much of the fluid load is left on the rods [M]. */
const openShare = 0.2;

/** The ends of the stroke, where loads change, are left out of the levels. */
const endShare = 0.02;
/**
 * So is where the plunger stands, at the ends or held by a wave on its way: there the rods carry anything between the
 * levels. In shares of the greatest speed of a sine.
 */
const movingShare = 0.2;

/**
 * Of one stroke at equal times, `points` of them. Fills `out`; allocates nothing. Levels are what a line of load over speed
 * shows at rest, with one slope for both ways; the speed is the mean of the rods' two ends.
 */
export function readLevels(
  surfaceM: Float64Array,
  positionM: Float64Array,
  loadN: Float64Array,
  points: number,
  periodS: number,
  out: StrokeLevels,
): void {
  let top = 0;
  let bottom = 0;
  for (let j = 1; j < points; j++) {
    if ((positionM[j] as number) > (positionM[top] as number)) top = j;
    if ((positionM[j] as number) < (positionM[bottom] as number)) bottom = j;
  }
  const lowest = positionM[bottom] as number;
  const gross = (positionM[top] as number) - lowest;
  out.grossM = gross;
  // A first guess of the levels tells where the load is whole and where it is gone.
  let high = meanBetween(positionM, loadN, points, bottom, top, lowest + gross / 2, lowest + gross * 0.9);
  let low = meanBetween(positionM, loadN, points, top, bottom, lowest + gross * 0.02, lowest + gross * 0.2);
  if (!(high > low)) {
    high = meanBetween(positionM, loadN, points, bottom, top, lowest, lowest + gross);
    low = meanBetween(positionM, loadN, points, top, bottom, lowest, lowest + gross);
  }
  const picked = crossing(positionM, loadN, points, bottom, top, low + 0.8 * (high - low), 1);
  const opened = crossing(positionM, loadN, points, top, bottom, low + openShare * (high - low), -1);
  const margin = endShare * gross;
  fit.clear();
  fit.take(
    0,
    surfaceM,
    positionM,
    loadN,
    points,
    bottom,
    top,
    picked + margin,
    lowest + gross - margin,
    gross,
    periodS,
  );
  fit.take(
    1,
    surfaceM,
    positionM,
    loadN,
    points,
    top,
    bottom,
    lowest + margin,
    opened - margin,
    gross,
    periodS,
  );
  out.dragNsM = fit.slope();
  out.highN = fit.atRest(0, high);
  out.lowN = fit.atRest(1, low);
  const load = out.highN - out.lowN;
  const open = crossing(positionM, loadN, points, top, bottom, out.lowN + openShare * load, -1);
  const began = crossing(positionM, loadN, points, top, bottom, out.highN - openShare * load, -1);
  out.netM = Math.min(gross, Math.max(0, open - lowest));
  out.releaseShare = gross > 0 ? Math.max(0, began - open) / gross : 0;
}

/** Load over speed on both ways of a stroke: one slope, two levels. */
class TwoLevelFit {
  private readonly n = new Float64Array(2);
  private readonly v = new Float64Array(2);
  private readonly f = new Float64Array(2);
  private readonly vv = new Float64Array(2);
  private readonly vf = new Float64Array(2);

  clear(): void {
    for (const sums of [this.n, this.v, this.f, this.vv, this.vf]) sums.fill(0);
  }

  take(
    way: 0 | 1,
    surfaceM: Float64Array,
    positionM: Float64Array,
    loadN: Float64Array,
    points: number,
    from: number,
    until: number,
    low: number,
    high: number,
    strokeM: number,
    periodS: number,
  ): void {
    const perS = points / (4 * periodS);
    const sign = way === 0 ? 1 : -1;
    const movingM = (movingShare * Math.PI * strokeM * 2) / points;
    for (let j = from; j !== until; j = j + 1 < points ? j + 1 : 0) {
      const x = positionM[j] as number;
      if (x < low || x > high) continue;
      const after = j + 1 < points ? j + 1 : 0;
      const before = j > 0 ? j - 1 : points - 1;
      const plunger = (positionM[after] as number) - (positionM[before] as number);
      if (sign * plunger < movingM) continue;
      const v = ((surfaceM[after] as number) - (surfaceM[before] as number) + plunger) * perS;
      const f = loadN[j] as number;
      this.n[way] = (this.n[way] as number) + 1;
      this.v[way] = (this.v[way] as number) + v;
      this.f[way] = (this.f[way] as number) + f;
      this.vv[way] = (this.vv[way] as number) + v * v;
      this.vf[way] = (this.vf[way] as number) + v * f;
    }
  }

  slope(): number {
    let covariance = 0;
    let variance = 0;
    for (const way of [0, 1] as const) {
      const n = this.n[way] as number;
      if (n < 3) continue;
      covariance += (this.vf[way] as number) - ((this.v[way] as number) * (this.f[way] as number)) / n;
      variance += (this.vv[way] as number) - (this.v[way] as number) ** 2 / n;
    }
    return variance > 0 ? covariance / variance : 0;
  }

  atRest(way: 0 | 1, otherwise: number): number {
    const n = this.n[way] as number;
    return n < 3 ? otherwise : ((this.f[way] as number) - this.slope() * (this.v[way] as number)) / n;
  }
}

const fit = new TwoLevelFit();

/** Mean load between two positions on the way from one point to another; NaN where no point lies there. */
function meanBetween(
  positionM: Float64Array,
  loadN: Float64Array,
  points: number,
  from: number,
  until: number,
  low: number,
  high: number,
): number {
  let sum = 0;
  let count = 0;
  for (let j = from; j !== until; j = j + 1 < points ? j + 1 : 0) {
    const x = positionM[j] as number;
    if (x < low || x > high) continue;
    sum += loadN[j] as number;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/** Position where the load first passes a level upwards (1) or downwards (−1); that of the end where it never does. */
function crossing(
  positionM: Float64Array,
  loadN: Float64Array,
  points: number,
  from: number,
  until: number,
  level: number,
  sign: 1 | -1,
): number {
  let last = from;
  for (let j = from; ; j = j + 1 < points ? j + 1 : 0) {
    const beyond = sign * ((loadN[j] as number) - level);
    if (beyond >= 0) {
      const before = sign * ((loadN[last] as number) - level);
      const t = j === from || before >= 0 ? 1 : before / (before - beyond);
      return (positionM[last] as number) + t * ((positionM[j] as number) - (positionM[last] as number));
    }
    if (j === until) return positionM[until] as number;
    last = j;
  }
}
