/** What each fast event looks like in a minute's signals against what is usual on the well. */
import type { FailureMode, operatingEvents } from '../modes.js';
import type { RuleLimits } from './ruleLimits.js';
import type { RuleMinute } from './ruleMinute.js';

export type FastEvent = (typeof operatingEvents)[number] | Extract<FailureMode, 'broken_shaft'>;

export interface RuleContext {
  readonly m: RuleMinute;
  /** Against usual; NaN where either is missing, so that no comparison with it holds. */
  readonly gain: number;
  readonly discharge: number;
  readonly amps: number;
  /** The least of the last three minutes. */
  readonly ampsLeast: number;
  /** Power for the current, as a mean of three minutes. */
  readonly kwPerAmp: number;
  /** As a mean of ten minutes. */
  readonly meanGain: number;
  /** Mean of ten minutes over the level it comes back to after every stop. */
  readonly intakeSettled: number;
  /** What the intake lost in ten minutes, as a share of usual. */
  readonly intakeFall: number;
  /** Rise of the winding over the square of the current: mean of ten minutes over that of the last hours. */
  readonly heatLately: number;
  readonly intake: number;
  readonly wellhead: number;
  readonly flowline: number;
  readonly rate: number;
  readonly volts: number;
  /** °C of the winding over what its current explains, and the same as a share of usual. */
  readonly heatOver: number;
  readonly heatShare: number;
  /** °C of the winding over usual. */
  readonly motorAbove: number;
  /** Rise of the winding over intake, as a share of usual. */
  readonly motorRise: number;
  /** Phase imbalance of the last minutes over usual. */
  readonly imbalanceOver: number;
  /** Minutes in a row with a low current, and its scatter over the last three of them. */
  readonly lowMinutes: number;
  /** Power over usual, as a mean of those minutes. */
  readonly lowPower: number;
  /** A gas lock is open: a quiet minute in it is no broken shaft. A broken shaft is: it does not heal. */
  readonly locked: boolean;
  readonly broken: boolean;
  readonly pumpedOff: boolean;
  readonly lowScatter: number;
  readonly scatter: number;
  readonly usualScatter: number;
  readonly minutesSinceStart: number;
  /** Since the frequency moved. */
  readonly minutesAtSpeed: number;
  /** Since any event but a pump-off was open. */
  readonly minutesSinceEvent: number;
  readonly l: RuleLimits;
}

export interface EventRule {
  readonly event: FastEvent;
  /** Minutes in a row it must hold before it is told, and must not hold before it ends. */
  readonly confirm: number;
  readonly release: number;
  readonly holds: (c: RuleContext) => boolean;
}

const settled = (c: RuleContext): boolean => c.minutesSinceStart > c.l.startSettleMinutes;

/** Without a discharge pressure: nothing is lifted any more, by rate, or by a wellhead that falls while the intake rises. */
const flowIsGone = (c: RuleContext): boolean =>
  c.rate < c.l.goneRateMost || (c.wellhead < c.l.goneWellheadMost && c.intake > c.l.goneIntakeLeast);

/**
 * Whether a motor turns nothing but itself. Its power tells, where it is measured and not just the current times a constant;
 * else a current that is low and as steady as before.
 */
function isIdle(c: RuleContext): boolean {
  if (c.lowPower < c.l.idlePowerMost) return true;
  if (c.lowPower < c.l.idlePowerTells * c.amps) return false;
  // A meter of half an ampere on a small motor says nothing of scatter: then only a current near idling counts.
  if (!(c.usualScatter < c.l.scatterTellsMost)) return c.amps < c.l.idleAmpsSurely;
  return (
    c.amps < c.l.idleAmpsMost &&
    c.lowScatter * c.amps < Math.max(0.004, c.l.shaftScatterMost * c.usualScatter)
  );
}

/** Whatever the motor does, the pump lifts as before. NaN where a signal is missing counts as steady. */
const isSteady = (c: RuleContext): boolean =>
  !(Math.abs(c.gain - 1) > c.l.steadyGainMost) &&
  !(Math.abs(c.intake - 1) > c.l.steadyIntakeMost) &&
  !(Math.abs(c.wellhead - 1) > c.l.steadyWellheadMost);

/** A motor makes the same power of less voltage with more current. */
function isUndervolted(c: RuleContext): boolean {
  if (!Number.isNaN(c.volts))
    return c.volts < c.l.sagWithAmpsShare && c.ampsLeast > c.l.sagAmpsRiseLeast && isSteady(c);
  // Without a voltmeter: a current that jumps for no more lift and no more power.
  return (
    c.minutesSinceStart > c.l.heatStartMinutes &&
    c.minutesAtSpeed > c.l.sagSpeedMinutes &&
    c.usualScatter < c.l.scatterTellsMost &&
    c.ampsLeast > c.l.unmeteredSagAmpsLeast &&
    !(c.kwPerAmp > c.l.unmeteredSagPowerMost) &&
    !(Number.isNaN(c.gain) && Number.isNaN(c.kwPerAmp)) &&
    isSteady(c)
  );
}

/** A wellhead that is high because a pump that was started lifts more than usual is no resistance: there the gain is low. */
const isHeldBack = (c: RuleContext): boolean =>
  c.wellhead > c.l.chokeHeadRiseLeast && !(c.gain < c.l.chokeGainLeast) && !(c.rate > c.l.chokeRateMost);

/** Nothing like the usual lift for about the usual current. */
function turnsWrong(c: RuleContext): boolean {
  if (c.wellhead > 1 || c.rate > 0.8 || !(c.amps > c.l.reverseAmpsLeast)) return false;
  const isLow = c.wellhead < c.l.reverseWellheadMost;
  // Without a discharge pressure: little comes up while the well fills or stays full.
  if (Number.isNaN(c.gain))
    return isLow && c.intake > c.l.reverseIntakeLeast && c.amps > c.l.reverseBlindAmpsLeast;
  // A start against a full annulus needs little gain too, but lifts all the same.
  return (
    c.gain > c.l.reverseGainLow &&
    c.gain < c.l.reverseGainHigh &&
    (isLow || c.discharge < c.l.reverseDischargeMost)
  );
}

/**
 * At one speed the intake falls while the pump, with less to lift, needs more gain: the well gives less than is pumped. A
 * choke that is opened lowers the intake too, but for less gain; one that is closed raises it.
 */
const isDrawnDown = (c: RuleContext): boolean =>
  c.minutesSinceStart > c.l.drawStartMinutes &&
  c.minutesAtSpeed > c.l.drawSpeedMinutes &&
  // An intake that comes down again after an event has been usual for a while.
  c.minutesSinceEvent > c.l.drawQuietMinutes &&
  c.intake < c.l.drawIntakeMost &&
  c.intakeSettled < c.l.drawSettledMost &&
  !(c.wellhead > c.l.drawWellheadMost) &&
  c.amps < c.l.drawAmpsMost &&
  (c.meanGain > c.l.drawGainLeast ||
    (Number.isNaN(c.meanGain) && c.amps < c.l.drawBlindAmpsMost && c.intake < c.l.drawBlindIntakeMost)) &&
  (c.pumpedOff ||
    c.intakeFall > c.l.drawFallFast ||
    // A wide annulus over a weak well comes down for a day after whatever filled it.
    (c.intakeFall > c.l.drawFallLeast &&
      c.minutesSinceStart > c.l.drawSlowMinutes &&
      c.minutesSinceEvent > c.l.drawSlowMinutes));

/** In order of precedence: the first that holds explains a minute. */
export const eventRules: readonly EventRule[] = [
  {
    event: 'power',
    confirm: 1,
    release: 3,
    holds: (c) =>
      // A pump that is relieved takes less over its cable: the drive then gives less too.
      (c.volts < c.l.sagShare && !(c.amps < c.l.sagAmpsLeast)) ||
      c.imbalanceOver > c.l.phaseImbalanceLeast ||
      isUndervolted(c),
  },
  {
    event: 'reverse_rotation',
    confirm: 3,
    release: 10,
    holds: (c) =>
      c.m.rpm < -60 ||
      (c.minutesSinceStart > c.l.reverseFromMinutes &&
        c.minutesSinceStart < c.l.startMinutes &&
        turnsWrong(c)),
  },
  {
    event: 'broken_shaft',
    confirm: 1,
    release: 60,
    holds: (c) =>
      settled(c) &&
      !c.locked &&
      c.amps < c.l.shaftAmpsMost &&
      // Some minutes tell a steady current from a restless one.
      c.lowMinutes >= 3 &&
      (c.broken || (isIdle(c) && (c.gain < c.l.shaftGainMost || (Number.isNaN(c.gain) && flowIsGone(c))))),
  },
  {
    event: 'dead_head',
    confirm: 3,
    release: 5,
    holds: (c) =>
      settled(c) &&
      !(c.gain < c.l.deadHeadGainLeast) &&
      c.wellhead > c.l.chokeHeadRiseLeast &&
      (c.rate < c.l.deadHeadRateMost ||
        c.m.choke < 1 ||
        (Number.isNaN(c.rate) && c.motorRise > c.l.deadHeadRiseLeast)),
  },
  {
    event: 'plugged_flowline',
    confirm: 5,
    release: 10,
    holds: (c) => settled(c) && isHeldBack(c) && c.flowline > c.l.flowlineRiseLeast && c.amps < 1.03,
  },
  {
    event: 'closed_choke',
    confirm: 3,
    release: 10,
    holds: (c) => settled(c) && isHeldBack(c) && !(c.flowline > 1.05) && !(c.amps > 1.03),
  },
  {
    event: 'gas_lock',
    confirm: 1,
    release: 10,
    holds: (c) =>
      settled(c) &&
      c.minutesSinceStart > c.l.lockStartMinutes &&
      c.amps < c.l.lockAmpsMost &&
      c.lowMinutes >= 3 &&
      (c.gain < c.l.lockGainMost || (Number.isNaN(c.gain) && flowIsGone(c))),
  },
  {
    event: 'pump_off',
    confirm: 3,
    release: 10,
    holds: (c) =>
      settled(c) &&
      (isDrawnDown(c) ||
        ((c.m.intake - 101 < c.l.pumpOffKpaMost ||
          // After a stop the annulus is full: what is usual then is no measure.
          (c.intake < c.l.pumpOffShareMost && c.minutesSinceStart > c.l.drawnDownMinutes)) &&
          c.intake < 0.8 &&
          c.amps < c.l.pumpOffAmpsMost)),
  },
  {
    event: 'gas_interference',
    confirm: 5,
    release: 30,
    holds: (c) =>
      settled(c) &&
      c.scatter > c.l.gasScatterShareLeast &&
      c.scatter > c.l.gasScatterLeast * c.usualScatter &&
      (c.meanGain < c.l.gasGainMost || c.intake > c.l.gasIntakeLeast) &&
      !(c.meanGain > 1),
  },
  {
    event: 'overheating',
    confirm: 7,
    release: 30,
    holds: (c) =>
      (c.m.motorC > c.l.motorCMost && c.motorAbove > c.l.motorAboveCLeast) ||
      (c.minutesSinceStart > c.l.heatStartMinutes &&
        c.minutesAtSpeed > c.l.heatSpeedMinutes &&
        !(c.usualScatter > c.l.heatScatterMost) &&
        c.heatLately > c.l.heatLatelyLeast &&
        c.heatOver > c.l.heatLatelyCLeast &&
        !(Math.abs(c.amps - 1) > c.l.heatAmpsMost) &&
        isSteady(c)) ||
      (c.minutesSinceStart > c.l.heatStartMinutes &&
        c.minutesAtSpeed > c.l.heatSpeedMinutes &&
        c.heatOver > c.l.heatOverCLeast &&
        c.heatShare > c.l.heatShareLeast &&
        !(c.rate < 0.5)),
  },
];
