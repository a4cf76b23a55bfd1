/** Makes one clean stroke of a card as it came, or says why it cannot: what was mended is told. */
import { areaOf, type Columns, extentOf } from '../wave/loop.js';

export interface RawCard {
  /** m, positive up. */
  readonly positionM: Columns;
  readonly loadKn: Columns;
}

export interface RepairedCard {
  readonly ok: true;
  /** One closed stroke from its bottom, at equal times. */
  readonly positionM: Float64Array;
  readonly loadKn: Float64Array;
  /** What was mended, as sentences. */
  readonly notes: readonly string[];
  /** Why only the figures of the surface card can be believed; null where the shape can be too. */
  readonly shapeProblem: string | null;
}

export type CardRepair = RepairedCard | { readonly ok: false; readonly reason: string };

/** Limits of what a card can be [M]: strokes of .9–7.6 m and loads of 5–160 kN are usual (domain notes A2). */
const cardLimits = {
  pointsMin: 8,
  /** Fewer do not show a shape. */
  shapePointsMin: 30,
  pointsMax: 100_000,
  strokeMinM: 0.2,
  /** Above it positions are inches or centimetres. */
  strokeMaxM: 13,
  loadMaxKn: 300,
  loadMinKn: -50,
  missingShareMax: 0.1,
  /** Share of the stroke between the last point and the first: what a step usually is, and what can be spread out. */
  gapShareMax: 0.05,
  gapMendedMax: 0.2,
} as const;

export function repairCard(raw: RawCard): CardRepair {
  const n = raw.positionM.length;
  if (n !== raw.loadKn.length) return refuse(`it has ${n} positions and ${raw.loadKn.length} loads`);
  if (n < cardLimits.pointsMin)
    return refuse(`${n} points are no stroke: at least ${cardLimits.pointsMin} are needed`);
  if (n > cardLimits.pointsMax)
    return refuse(`${n} points are more than ${cardLimits.pointsMax}, the most a card may have`);
  const notes: string[] = [];
  let positionM = Float64Array.from(raw.positionM);
  let loadKn = Float64Array.from(raw.loadKn);
  const missing = positionM.reduce(
    (sum, x, i) => sum + (Number.isFinite(x) && Number.isFinite(loadKn[i]) ? 0 : 1),
    0,
  );
  if (missing > cardLimits.missingShareMax * n) return refuse(`${missing} of ${n} points are no numbers`);
  if (missing > 0) {
    bridgeGaps(positionM);
    bridgeGaps(loadKn);
    notes.push(`${missing} points that were no numbers are drawn between their neighbours`);
  }
  const stroke = extentOf(positionM);
  const strokeM = stroke.high - stroke.low;
  if (strokeM < cardLimits.strokeMinM)
    return refuse(
      `its stroke is ${round(strokeM)} m: the unit stood still, or the position is in another unit than metres`,
    );
  if (strokeM > cardLimits.strokeMaxM)
    return refuse(
      `a stroke of ${round(strokeM)} m is none: positions look like inches or centimetres (name them position_in or position_cm)`,
    );
  const load = extentOf(loadKn);
  if (load.high > cardLimits.loadMaxKn || load.low < cardLimits.loadMinKn)
    return refuse(
      `loads of ${round(load.low)} to ${round(load.high)} kN are no rods': they look like pounds or newtons (name them load_lbf or load_n)`,
    );
  if (!(load.high > 0))
    return refuse(`its greatest load is ${round(load.high)} kN: the load cell shows nothing`);
  if (load.high < 0.5)
    return refuse(
      `its greatest load is ${round(load.high)} kN: in another unit than kilonewtons, or no load`,
    );

  const cycles = countStrokes(positionM, stroke.low + strokeM / 4, stroke.low + (3 * strokeM) / 4);
  if (cycles.length > 2) {
    positionM = positionM.slice(cycles[0], cycles[1]);
    loadKn = loadKn.slice(cycles[0], cycles[1]);
    notes.push(`it holds ${cycles.length - 1} strokes: the first whole one is used`);
    if (positionM.length < cardLimits.pointsMin)
      return refuse(`${positionM.length} points a stroke are too few`);
  }
  let shapeProblem: string | null = null;
  const gap = ((positionM[0] as number) - (positionM[positionM.length - 1] as number)) / strokeM;
  if (Math.abs(gap) > cardLimits.gapMendedMax) {
    shapeProblem = `it is not closed: the last point lies ${round(Math.abs(gap) * 100)} % of the stroke from the first`;
  } else if (Math.abs(gap) > Math.max(cardLimits.gapShareMax, 6 / positionM.length)) {
    spreadGap(positionM);
    spreadGap(loadKn);
    notes.push(
      `it is not closed: the gap of ${round(Math.abs(gap) * 100)} % of the stroke is spread over it`,
    );
  }
  if (shapeProblem === null && positionM.length < cardLimits.shapePointsMin)
    shapeProblem = `${positionM.length} points do not show a shape: at least ${cardLimits.shapePointsMin} are needed`;
  if (shapeProblem === null && areaOf(positionM, loadKn) < -0.02 * strokeM * (load.high - load.low)) {
    positionM.reverse();
    loadKn.reverse();
    notes.push('it runs backwards (the rods would drive the unit): turned round');
  }
  const bottom = extentOf(positionM).lowAt;
  return {
    ok: true,
    positionM: rotate(positionM, bottom),
    loadKn: rotate(loadKn, bottom),
    notes,
    shapeProblem,
  };
}

function refuse(reason: string): CardRepair {
  return { ok: false, reason };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** Numbers in the place of NaN, on a line between those around them; the card is a loop. */
function bridgeGaps(values: Float64Array): void {
  const n = values.length;
  const first = values.findIndex((v) => Number.isFinite(v));
  if (first < 0) return;
  let last = first;
  for (let step = 1; step <= n; step++) {
    const at = (first + step) % n;
    if (!Number.isFinite(values[at])) continue;
    const width = (at - last + n) % n || n;
    for (let k = 1; k < width; k++)
      values[(last + k) % n] =
        (values[last] as number) + (k / width) * ((values[at] as number) - (values[last] as number));
    last = at;
  }
}

/** Takes a straight line off, so that the last point steps to the first as the others step. */
function spreadGap(values: Float64Array): void {
  const n = values.length;
  const gap = (values[n - 1] as number) - (values[0] as number);
  for (let i = 0; i < n; i++) values[i] = (values[i] as number) - (gap * i) / n;
}

/** Places of the bottoms between whole strokes; fewer than three mean one stroke at most. */
function countStrokes(positionM: Float64Array, low: number, high: number): number[] {
  const bottoms: number[] = [];
  let lowestAt = 0;
  let wasHigh = true;
  for (let i = 0; i < positionM.length; i++) {
    const x = positionM[i] as number;
    if (x < low && wasHigh) {
      wasHigh = false;
      lowestAt = i;
      bottoms.push(i);
    }
    if (!wasHigh && x < (positionM[lowestAt] as number)) {
      lowestAt = i;
      bottoms[bottoms.length - 1] = i;
    }
    if (x > high) wasHigh = true;
  }
  return bottoms;
}

function rotate(values: Float64Array, by: number): Float64Array {
  const out = new Float64Array(values.length);
  out.set(values.subarray(by));
  out.set(values.subarray(0, by), values.length - by);
  return out;
}
