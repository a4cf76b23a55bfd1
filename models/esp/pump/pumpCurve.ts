/** A centrifugal pump's head and power at any frequency, from its catalogue curve at 60 Hz. */
import type { PumpCurvePoint } from '../equipment.js';

const catalogueHz = 60;

/** By rising rate; at 60 Hz, in water. */
export interface PumpCurve {
  readonly ratesM3D: Float64Array;
  readonly headsM: Float64Array;
  /** NaN throughout where the catalogue gives none. */
  readonly powersKw: Float64Array;
}

export function pumpCurve(points: readonly PumpCurvePoint[]): PumpCurve {
  return {
    ratesM3D: Float64Array.from(points, (p) => p.rateM3D),
    headsM: Float64Array.from(points, (p) => p.headMPerStage),
    powersKw: Float64Array.from(points, (p) => p.powerKwPerStage),
  };
}

/** Affinity: rate goes with the frequency, head with its square, power with its cube. */
export function affinityRate(rate: number, fromHz: number, toHz: number): number {
  return (rate * toHz) / fromHz;
}

export function affinityHead(head: number, fromHz: number, toHz: number): number {
  return head * (toHz / fromHz) ** 2;
}

export function affinityPower(power: number, fromHz: number, toHz: number): number {
  return power * (toHz / fromHz) ** 3;
}

/** Head of one stage, m; falls on below zero past the end of the curve. NaN without a frequency. */
export function headPerStageM(curve: PumpCurve, rateM3D: number, frequencyHz: number): number {
  if (!(frequencyHz > 0)) return Number.NaN;
  const s = frequencyHz / catalogueHz;
  return s * s * along(curve.ratesM3D, curve.headsM, rateM3D / s);
}

/** Shaft power of one stage, kW, in a liquid of that specific gravity; never below a tenth of shut-in power. */
export function powerPerStageKw(
  curve: PumpCurve,
  rateM3D: number,
  frequencyHz: number,
  specificGravity: number,
): number {
  if (!(frequencyHz > 0)) return Number.NaN;
  const s = frequencyHz / catalogueHz;
  const kw = along(curve.ratesM3D, curve.powersKw, rateM3D / s);
  return s * s * s * specificGravity * Math.max(kw, 0.1 * (curve.powersKw[0] as number));
}

/** The rate, m³/d, at which one stage gives that head: on the falling branch, 0 above shut-in head. */
export function rateAtHeadM3D(curve: PumpCurve, headM: number, frequencyHz: number): number {
  if (!(frequencyHz > 0)) return Number.NaN;
  let [low, high] = [0, 2 * affinityRate(curve.ratesM3D.at(-1) as number, catalogueHz, frequencyHz)];
  if (headPerStageM(curve, low, frequencyHz) <= headM) {
    // A curve that droops towards shut-in gives the head twice: the operating branch is right of its top.
    const top = topRate(curve) * (frequencyHz / catalogueHz);
    if (headPerStageM(curve, top, frequencyHz) <= headM) return 0;
    low = top;
  }
  for (let i = 0; i < 40; i++) {
    const middle = 0.5 * (low + high);
    if (headPerStageM(curve, middle, frequencyHz) > headM) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

function topRate(curve: PumpCurve): number {
  let best = 0;
  for (let i = 1; i < curve.headsM.length; i++)
    if ((curve.headsM[i] as number) > (curve.headsM[best] as number)) best = i;
  return curve.ratesM3D[best] as number;
}

/** Straight lines between points, the end lines carried on. */
function along(x: Float64Array, y: Float64Array, at: number): number {
  const n = x.length;
  let i = 1;
  while (i < n - 1 && (x[i] as number) < at) i++;
  const [x0, x1, y0, y1] = [x[i - 1] as number, x[i] as number, y[i - 1] as number, y[i] as number];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}
