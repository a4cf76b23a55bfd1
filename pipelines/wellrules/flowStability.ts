/** Flow instability, and severe slugging where it grows: by a classifier of how far the pressures move, with persistence. */
import { flowMovement, flowMovementNames, flowTags } from './flowMovement.js';
import { ruleMinutes, treePressure, type WellFinding, type WellMinutes, type WellRule } from './wellRule.js';

/** What a trained classifier gives; `models/flow-instability` has one. */
export interface FlowClassifierPort {
  /** Of a row of `flowMovementNames`; 0 where all are masked. */
  probability(features: Float64Array): number;
  /** Unstable from here on, held; stable again below, held. */
  readonly openAt: number;
  readonly closeBelow: number;
  /** Range of an hour in normal operation, kPa, a sensor: what is told beside the range now. */
  readonly usualKpa: readonly number[];
}

/** Chosen on the wells of 3W, together with the margins of `openAt` and `closeBelow`: see the model's card. */
const openMinutes = 10;
/** Three quarters of the slowest period seen (an hour): at a turn of the swing the pressures stand still for a while. */
const closeMinutes = 45;
/** A tree whose pressure swings by a share of its level is slugging, not merely unstable: 3W's severest instability is 8 %. */
const sluggingShare = 0.09;
const openMsMax = 24 * 3_600_000;

// State, by position.
const above = 0;
const below = 1;
const isOpen = 2;
const startMs = 3;
const worst = 4;
const worstRange = 5;
const shownBy = 6;
const isSlugging = 7;

const perTag = flowMovementNames.length / flowTags.length;

export function flowStability(classifier: FlowClassifierPort): WellRule {
  const features = new Float64Array(flowMovementNames.length);
  const say = (state: Float64Array, at: number, endMs: number | null, out: WellFinding): true => {
    const sensor = state[at + shownBy] as number;
    out.tag = sensor;
    out.severity = 'warning';
    out.startMs = state[at + startMs] as number;
    out.endMs = endMs;
    out.expected = classifier.usualKpa[sensor] as number;
    out.actual = state[at + worstRange] as number;
    out.score = out.actual / out.expected;
    out.textKey = state[at + isSlugging] === 1 ? 'slugging' : 'unstable';
    return true;
  };
  return {
    name: 'flow-stability',
    fields: 8,
    step(state, at, minutes, out) {
      for (let sensor = 0; sensor < flowTags.length; sensor++)
        flowMovement(sensor, minutes.meansOf(sensor), features, sensor * perTag);
      const p = classifier.probability(features);
      state[at + above] = p >= classifier.openAt ? (state[at + above] as number) + 1 : 0;
      state[at + below] = p < classifier.closeBelow ? (state[at + below] as number) + 1 : 0;
      if (state[at + isOpen] === 0) {
        if ((state[at + above] as number) < openMinutes) return false;
        state[at + isOpen] = 1;
        state[at + startMs] = minutes.endMs - openMinutes * 60_000;
        state[at + shownBy] = widest(minutes, classifier.usualKpa);
        note(state, at, p, minutes);
        return say(state, at, null, out);
      }
      const lasts = minutes.endMs - (state[at + startMs] as number);
      if ((state[at + below] as number) >= closeMinutes || lasts >= openMsMax)
        return this.end(state, at, minutes.endMs, out);
      return note(state, at, p, minutes) ? say(state, at, null, out) : false;
    },
    end(state, at, endMs, out) {
      const wasOpen = state[at + isOpen] === 1;
      if (wasOpen) say(state, at, endMs, out);
      state.fill(0, at, at + 8);
      return wasOpen;
    },
  };
}

/** Keeps the worst; true where it became slugging. */
function note(state: Float64Array, at: number, p: number, minutes: WellMinutes): boolean {
  state[at + worst] = Math.max(state[at + worst] as number, p);
  const range = rangeOf(minutes.meansOf(state[at + shownBy] as number));
  if (range > (state[at + worstRange] as number)) state[at + worstRange] = range;
  if (state[at + isSlugging] === 1) return false;
  const tree = minutes.meansOf(treePressure);
  const level = Math.abs(tree[ruleMinutes - 1] as number);
  if (!(rangeOf(tree) >= sluggingShare * level)) return false;
  state[at + isSlugging] = 1;
  return true;
}

/** The sensor that moves most against what is usual. */
function widest(minutes: WellMinutes, usualKpa: readonly number[]): number {
  let best = 0;
  let most = 0;
  usualKpa.forEach((usual, sensor) => {
    const ratio = rangeOf(minutes.meansOf(sensor)) / usual;
    if (ratio > most) {
      most = ratio;
      best = sensor;
    }
  });
  return best;
}

/** 0 where nothing is there. */
function rangeOf(means: Float64Array): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const v of means) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return high > low ? high - low : 0;
}
