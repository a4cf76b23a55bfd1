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

/** One stroke at equal times: the first `points` of each array count. */
export interface Stroke {
  readonly surfaceM: Float64Array;
  readonly positionM: Float64Array;
  readonly loadN: Float64Array;
  readonly points: number;
  readonly periodS: number;
}

/** Up (0) and down (1). */
type Way = 0 | 1;

/** A stretch of a stroke: one way, from its first point to its last, between two positions. */
interface Stretch {
  readonly way: Way;
  readonly from: number;
  readonly until: number;
  readonly lowM: number;
  readonly highM: number;
}

/**
 * Fills `out`. Levels are what a line of load over speed shows at rest, with one slope for both ways; the speed is the mean
 * of the rods' two ends.
 */
export function readLevels(stroke: Stroke, out: StrokeLevels): void {
  const { positionM, points } = stroke;
  let top = 0;
  let bottom = 0;
  for (let j = 1; j < points; j++) {
    if ((positionM[j] as number) > (positionM[top] as number)) top = j;
    if ((positionM[j] as number) < (positionM[bottom] as number)) bottom = j;
  }
  const lowest = positionM[bottom] as number;
  const gross = (positionM[top] as number) - lowest;
  out.grossM = gross;
  const up = { way: 0, from: bottom, until: top } as const;
  const down = { way: 1, from: top, until: bottom } as const;
  const between = (low: number, high: number) => ({
    lowM: lowest + gross * low,
    highM: lowest + gross * high,
  });
  // A first guess of the levels tells where the load is whole and where it is gone.
  let high = meanLoad(stroke, { ...up, ...between(0.5, 0.9) });
  let low = meanLoad(stroke, { ...down, ...between(0.02, 0.2) });
  if (!(high > low)) {
    high = meanLoad(stroke, { ...up, ...between(0, 1) });
    low = meanLoad(stroke, { ...down, ...between(0, 1) });
  }
  const picked = crossing(stroke, up, low + 0.8 * (high - low));
  const opened = crossing(stroke, down, low + openShare * (high - low));
  const margin = endShare * gross;
  const fit = new TwoLevelFit();
  fit.take(stroke, gross, { ...up, lowM: picked + margin, highM: lowest + gross - margin });
  fit.take(stroke, gross, { ...down, lowM: lowest + margin, highM: opened - margin });
  out.dragNsM = fit.slope();
  out.highN = fit.atRest(0, high);
  out.lowN = fit.atRest(1, low);
  const load = out.highN - out.lowN;
  const open = crossing(stroke, down, out.lowN + openShare * load);
  const began = crossing(stroke, down, out.highN - openShare * load);
  out.netM = Math.min(gross, Math.max(0, open - lowest));
  out.releaseShare = gross > 0 ? Math.max(0, began - open) / gross : 0;
}

/** The points of a stretch in the order of time, round the end of the stroke; the last one is not of it. */
function eachPoint(
  { positionM, points }: Stroke,
  { from, until, lowM, highM }: Stretch,
  see: (j: number) => void,
): void {
  for (let j = from; j !== until; j = after(j, points)) {
    const x = positionM[j] as number;
    if (x >= lowM && x <= highM) see(j);
  }
}

function after(j: number, points: number): number {
  return j + 1 < points ? j + 1 : 0;
}

/** Load over speed on both ways of a stroke: one slope, two levels. */
class TwoLevelFit {
  private readonly n = new Float64Array(2);
  private readonly v = new Float64Array(2);
  private readonly f = new Float64Array(2);
  private readonly vv = new Float64Array(2);
  private readonly vf = new Float64Array(2);

  take(stroke: Stroke, strokeM: number, stretch: Stretch): void {
    const { surfaceM, positionM, loadN, points, periodS } = stroke;
    const { way } = stretch;
    const perS = points / (4 * periodS);
    const sign = way === 0 ? 1 : -1;
    const movingM = (movingShare * Math.PI * strokeM * 2) / points;
    eachPoint(stroke, stretch, (j) => {
      const next = after(j, points);
      const before = j > 0 ? j - 1 : points - 1;
      const plunger = (positionM[next] as number) - (positionM[before] as number);
      if (sign * plunger < movingM) return;
      const v = ((surfaceM[next] as number) - (surfaceM[before] as number) + plunger) * perS;
      const f = loadN[j] as number;
      this.n[way] = (this.n[way] as number) + 1;
      this.v[way] = (this.v[way] as number) + v;
      this.f[way] = (this.f[way] as number) + f;
      this.vv[way] = (this.vv[way] as number) + v * v;
      this.vf[way] = (this.vf[way] as number) + v * f;
    });
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

  atRest(way: Way, otherwise: number): number {
    const n = this.n[way] as number;
    return n < 3 ? otherwise : ((this.f[way] as number) - this.slope() * (this.v[way] as number)) / n;
  }
}

/** NaN where no point lies there. */
function meanLoad(stroke: Stroke, stretch: Stretch): number {
  let sum = 0;
  let count = 0;
  eachPoint(stroke, stretch, (j) => {
    sum += stroke.loadN[j] as number;
    count++;
  });
  return count > 0 ? sum / count : Number.NaN;
}

/** Position where the load first passes a level, upwards on the way up; that of the way's end where it never does. */
function crossing(
  { positionM, loadN, points }: Stroke,
  { way, from, until }: Pick<Stretch, 'way' | 'from' | 'until'>,
  level: number,
): number {
  const sign = way === 0 ? 1 : -1;
  let last = from;
  for (let j = from; ; j = after(j, points)) {
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
