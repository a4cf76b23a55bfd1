/** Spurious closure of the downhole safety valve: the tree loses pressure and heat while the reservoir fills up below. */
import { followStep, heldStepFields, isHeld, openStep, sayStep } from './heldStep.js';
import {
  gaugePressure,
  levelOf,
  ruleMinutes,
  treePressure,
  treeTemperature,
  type WellMinutes,
  type WellRule,
} from './wellRule.js';

/**
 * After the rule that found 14 of 14 real closures of 3W without a false alarm: a sustained change in the right direction,
 * larger than a physical minimum, that persists. The minima are ours: a closed valve takes a tenth of the tree's pressure
 * within three minutes in 3W's simulations, from a level that had stood still.
 */
const dropShareMin = 0.08;
/** The tree was steady: its fall is so many times the range of the hour before. What swings is slugging. */
const steadyTimesMin = 20;
/** Below this the tree has no flow to lose, kPa. */
const treeKpaMin = 1_000;
const fallingMinutes = 3;
/** One of them must agree: the tree cools, or the gauge below the valve rises. */
const coolingMinC = 2;
const gaugeRiseShareMin = 0.005;
/** The gauge follows the tree down: the valve is open, and something else is wrong. */
const gaugeFallShareMax = 0.005;
const beforeFrom = ruleMinutes - 15;
const beforeTo = ruleMinutes - 5;
const beforeLeast = 3;
/** Score: how many times the tree's usual movement, at least this, kPa. */
const spreadMinKpa = 20;

const level = { mean: 0, spread: 0 };

export const valveClosure: WellRule = {
  name: 'valve-closure',
  fields: heldStepFields,
  step(state, at, minutes, out) {
    const pressure = minutes.meansOf(treePressure);
    const now = pressure[ruleMinutes - 1] as number;
    out.tag = treePressure;
    out.severity = 'critical';
    out.textKey = 'valveClosed';
    if (isHeld(state, at)) {
      if (!followStep(state, at, now, minutes.endMs)) return false;
      sayStep(state, at, { endMs: minutes.endMs, spread: spreadMinKpa }, out);
      state.fill(0, at, at + heldStepFields);
      return true;
    }
    const before = dropFrom(minutes, now);
    if (Number.isNaN(before)) return false;
    openStep(state, at, { startMs: minutes.endMs - fallingMinutes * 60_000, before, now });
    return sayStep(state, at, { endMs: null, spread: spreadMinKpa }, out);
  },
  end(state, at, endMs, out) {
    if (!isHeld(state, at)) return false;
    out.tag = treePressure;
    out.severity = 'critical';
    out.textKey = 'valveClosed';
    sayStep(state, at, { endMs, spread: spreadMinKpa }, out);
    state.fill(0, at, at + heldStepFields);
    return true;
  },
};

/** The tree's level before it fell, kPa; NaN where it did not fall as it does when the valve closes. */
function dropFrom(minutes: WellMinutes, now: number): number {
  const pressure = minutes.meansOf(treePressure);
  for (let k = 1; k <= fallingMinutes; k++)
    if (!((pressure[ruleMinutes - k] as number) < (pressure[ruleMinutes - k - 1] as number)))
      return Number.NaN;
  const range = { from: beforeFrom, to: beforeTo, least: beforeLeast };
  if (!levelOf(pressure, range, level)) return Number.NaN;
  const before = level.mean;
  if (before < treeKpaMin || before - now < dropShareMin * before) return Number.NaN;
  if (before - now < steadyTimesMin * rangeBefore(pressure)) return Number.NaN;
  const gauge = shareOf(minutes.meansOf(gaugePressure));
  if (gauge < -gaugeFallShareMax) return Number.NaN;
  const cooled = changeOf(minutes.meansOf(treeTemperature)) <= -coolingMinC;
  return cooled || gauge >= gaugeRiseShareMin ? before : Number.NaN;
}

function rangeBefore(pressure: Float64Array): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < beforeTo; i++) {
    const v = pressure[i] as number;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return high - low;
}

/** Change against the level before, in the signal's unit; NaN where one of both is not there. */
function changeOf(means: Float64Array): number {
  if (!levelOf(means, { from: beforeFrom, to: beforeTo, least: beforeLeast }, level)) return Number.NaN;
  return (means[ruleMinutes - 1] as number) - level.mean;
}

function shareOf(means: Float64Array): number {
  const change = changeOf(means);
  return level.mean > 0 ? change / level.mean : Number.NaN;
}
