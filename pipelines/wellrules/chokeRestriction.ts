/** Quick restriction in the production choke: pressure in front of it steps up, and the tree's rises after it. */
import { followStep, heldStepFields, isHeld, openStep, sayStep } from './heldStep.js';
import {
  chokeOpening,
  chokePressure,
  levelOf,
  ruleMinutes,
  treePressure,
  type WellMinutes,
  type WellRule,
} from './wellRule.js';

/** The step must be held so long: a slug passes, a restriction stays. */
const heldMinutes = 5;
const before = { from: ruleMinutes - 16, to: ruleMinutes - 6, least: 5 };
/** Least step: a share of the level, so many of its usual spreads, and more than gauges drift, kPa. */
const stepShareMin = 0.02;
const stepSpreadsMin = 8;
const stepKpaMin = 20;
/** The tree answers: so many of its usual spreads, and more than its gauge's resolution, kPa. */
const answerSpreadsMin = 4;
const answerKpaMin = 3;
/** A larger move of the choke is what somebody did, %. */
const openingMoveMax = 2;
const spreadMinKpa = 2;

const choke = { mean: 0, spread: 0 };
const tree = { mean: 0, spread: 0 };

export const chokeRestriction: WellRule = {
  name: 'choke-restriction',
  fields: heldStepFields + 1,
  step(state, at, minutes, out) {
    out.tag = chokePressure;
    out.severity = 'warning';
    out.textKey = 'chokeRestricted';
    if (isHeld(state, at)) {
      const now = minutes.meansOf(chokePressure)[ruleMinutes - 1] as number;
      if (!followStep(state, at, now, minutes.endMs)) return false;
      return this.end(state, at, minutes.endMs, out);
    }
    if (!isRestricted(minutes)) return false;
    const now = minutes.meansOf(chokePressure)[ruleMinutes - 1] as number;
    openStep(state, at, { startMs: minutes.endMs - heldMinutes * 60_000, before: choke.mean, now });
    state[at + heldStepFields] = Math.max(spreadMinKpa, choke.spread);
    return sayStep(state, at, { endMs: null, spread: state[at + heldStepFields] as number }, out);
  },
  end(state, at, endMs, out) {
    if (!isHeld(state, at)) return false;
    out.tag = chokePressure;
    out.severity = 'warning';
    out.textKey = 'chokeRestricted';
    sayStep(state, at, { endMs, spread: state[at + heldStepFields] as number }, out);
    state.fill(0, at, at + heldStepFields + 1);
    return true;
  },
};

function isRestricted(minutes: WellMinutes): boolean {
  const front = minutes.meansOf(chokePressure);
  if (!levelOf(front, before, choke)) return false;
  const least = Math.max(stepShareMin * choke.mean, stepSpreadsMin * choke.spread, stepKpaMin);
  for (let k = 1; k <= heldMinutes; k++)
    if (!((front[ruleMinutes - k] as number) >= choke.mean + least)) return false;
  const behind = minutes.meansOf(treePressure);
  if (!levelOf(behind, before, tree)) return false;
  const now = behind[ruleMinutes - 1] as number;
  if (!(now - tree.mean >= Math.max(answerSpreadsMin * tree.spread, answerKpaMin))) return false;
  if (!(now > (behind[ruleMinutes - 3] as number))) return false;
  if (!((behind[ruleMinutes - 3] as number) > (behind[ruleMinutes - 5] as number))) return false;
  const opening = minutes.meansOf(chokeOpening);
  return !(
    Math.abs((opening[ruleMinutes - 1] as number) - (opening[before.from] as number)) > openingMoveMax
  );
}
