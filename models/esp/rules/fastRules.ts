/** Rules for what happens to an ESP within minutes: each minute in, events that begin and end out. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { FailureMode, operatingEvents } from '../modes.js';
import { isRunning } from '../features/minuteChannels.js';
import { RecentNormal } from './recentNormal.js';
import { type RuleLimits, ruleLimits } from './ruleLimits.js';
import { type RuleMinute, ruleMinute } from './ruleMinute.js';

export type FastEvent = (typeof operatingEvents)[number] | Extract<FailureMode, 'broken_shaft'>;

export interface RuleChange {
  readonly event: FastEvent;
  readonly atMs: number;
  /** True where it begins. */
  readonly open: boolean;
}

interface Context {
  readonly m: RuleMinute;
  /** Against usual; NaN where either is missing, so that no comparison with it holds. */
  readonly gain: number;
  readonly discharge: number;
  readonly amps: number;
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
  readonly lowScatter: number;
  readonly scatter: number;
  readonly usualScatter: number;
  readonly minutesSinceStart: number;
  /** Since the frequency moved. */
  readonly minutesAtSpeed: number;
  readonly l: RuleLimits;
}

interface Rule {
  readonly event: FastEvent;
  /** Minutes in a row it must hold before it is told, and must not hold before it ends. */
  readonly confirm: number;
  readonly release: number;
  readonly holds: (c: Context) => boolean;
}

const settled = (c: Context): boolean => c.minutesSinceStart > c.l.startSettleMinutes;

/** Without a discharge pressure: nothing is lifted any more, by rate, or by a wellhead that falls while the intake rises. */
const flowIsGone = (c: Context): boolean =>
  c.rate < c.l.goneRateMost || (c.wellhead < c.l.goneWellheadMost && c.intake > c.l.goneIntakeLeast);

/**
 * Whether a motor turns nothing but itself. Its power tells, where it is measured and not just the current times a constant;
 * else a current that is low and as steady as before.
 */
function isIdle(c: Context): boolean {
  if (c.lowPower < c.l.idlePowerMost) return true;
  if (c.lowPower < c.l.idlePowerTells * c.amps) return false;
  // A meter of half an ampere on a small motor says nothing of scatter: then only a current near idling counts.
  if (!(c.usualScatter < c.l.scatterTellsMost)) return c.amps < c.l.idleAmpsSurely;
  return (
    c.amps < c.l.idleAmpsMost &&
    c.lowScatter * c.amps < Math.max(0.004, c.l.shaftScatterMost * c.usualScatter)
  );
}

/** In order of precedence: the first that holds explains a minute. */
const rules: readonly Rule[] = [
  {
    event: 'power',
    confirm: 1,
    release: 3,
    holds: (c) =>
      // A pump that is relieved takes less over its cable: the drive then gives less too.
      (c.volts < c.l.sagShare && !(c.amps < c.l.sagAmpsLeast)) || c.imbalanceOver > c.l.phaseImbalanceLeast,
  },
  {
    event: 'reverse_rotation',
    confirm: 5,
    release: 10,
    holds: (c) =>
      c.m.rpm < -60 ||
      (settled(c) &&
        c.minutesSinceStart < c.l.startMinutes &&
        c.gain > c.l.reverseGainLow &&
        c.gain < c.l.reverseGainHigh &&
        // A start against a full annulus needs little gain too, but lifts all the same.
        (c.discharge < c.l.reverseDischargeMost || c.wellhead < c.l.reverseWellheadMost) &&
        !(c.wellhead > 1) &&
        c.amps > c.l.reverseAmpsLeast &&
        !(c.rate > 0.8)),
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
      c.gain > c.l.deadHeadGainLeast &&
      c.wellhead > c.l.chokeHeadRiseLeast &&
      (c.rate < c.l.deadHeadRateMost || c.m.choke < 1 || c.motorRise > c.l.deadHeadRiseLeast),
  },
  {
    event: 'plugged_flowline',
    confirm: 5,
    release: 10,
    holds: (c) =>
      settled(c) &&
      c.wellhead > c.l.chokeHeadRiseLeast &&
      c.flowline > c.l.flowlineRiseLeast &&
      c.amps < 1.03,
  },
  {
    event: 'closed_choke',
    confirm: 3,
    release: 10,
    holds: (c) =>
      settled(c) && c.wellhead > c.l.chokeHeadRiseLeast && !(c.flowline > 1.05) && !(c.amps > 1.03),
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
      (c.m.intake - 101 < c.l.pumpOffKpaMost ||
        // After a stop the annulus is full: what is usual then is no measure.
        (c.intake < c.l.pumpOffShareMost && c.minutesSinceStart > c.l.drawnDownMinutes)) &&
      c.intake < 0.8 &&
      c.amps < c.l.pumpOffAmpsMost,
  },
  {
    event: 'gas_interference',
    confirm: 10,
    release: 30,
    holds: (c) =>
      settled(c) &&
      c.scatter > c.l.gasScatterShareLeast &&
      c.scatter > c.l.gasScatterLeast * c.usualScatter &&
      !(c.gain > c.l.gasGainMost),
  },
  {
    event: 'overheating',
    confirm: 15,
    release: 30,
    holds: (c) =>
      (c.m.motorC > c.l.motorCMost && c.motorAbove > c.l.motorAboveCLeast) ||
      (settled(c) &&
        c.minutesSinceStart > c.l.heatStartMinutes &&
        c.minutesAtSpeed > c.l.heatSpeedMinutes &&
        c.heatOver > c.l.heatOverCLeast &&
        c.heatShare > c.l.heatShareLeast &&
        !(c.rate < 0.5)),
  },
];

const shaftAt = rules.findIndex((rule) => rule.event === 'broken_shaft');
const lockAt = rules.findIndex((rule) => rule.event === 'gas_lock');
const scatterMinutes = 10;
/** Share by which a frequency may differ and still be the same. */
const sameSpeed = 0.03;
/** Of a low current, for the mean of the power. */
const lowMinutesKept = 5;
/** Of a new minute in the mean of phase imbalance: about five count. */
const imbalanceShare = 0.2;
/** What lasts so long is how the well runs now: half a day. */
const newNormalMinutes = 720;

export class FastRules {
  readonly #limits: RuleLimits;
  readonly #normal = new RecentNormal();
  readonly #held = new Uint16Array(rules.length);
  readonly #quiet = new Uint16Array(rules.length);
  readonly #open = new Uint8Array(rules.length);
  readonly #amps: number[] = [];
  #minutesSinceStart = 10_000;
  #minutesAtSpeed = 10_000;
  #hz = Number.NaN;
  #explainedMinutes = 0;
  #imbalance = Number.NaN;
  #lowMinutes = 0;
  #lowPower = Number.NaN;
  #ran = true;

  constructor(overrides: Readonly<Record<string, number>> = {}) {
    this.#limits = ruleLimits(overrides).limits;
  }

  /** Events open now, by precedence. */
  get open(): readonly FastEvent[] {
    return rules.filter((_, i) => this.#open[i] === 1).map((r) => r.event);
  }

  /** `v` in the order of `signalNames`: means of the minute that ended at `atMs`. */
  push(atMs: number, v: Float32Array): RuleChange[] {
    const changes: RuleChange[] = [];
    const runs = isRunning(v);
    if (runs && !this.#ran) {
      this.#minutesSinceStart = 0;
      this.#amps.length = 0;
    } else if (runs) this.#minutesSinceStart++;
    this.#ran = runs;
    const m = runs ? ruleMinute(v) : null;
    if (m !== null) {
      this.#keepSpeed(m.hz);
      this.#keepAmps(m.amps);
      this.#keepImbalance(m.voltsImbalance);
    } else this.#lowMinutes = 0;
    const context = m !== null && this.#normal.ready ? this.#context(m) : null;
    let explained = false;
    for (const [i, rule] of rules.entries()) {
      const holds: boolean = context !== null && !explained && rule.holds(context);
      explained ||= holds;
      this.#held[i] = holds ? (this.#held[i] as number) + 1 : 0;
      this.#quiet[i] = holds ? 0 : Math.min((this.#quiet[i] as number) + 1, 10_000);
      if (this.#open[i] === 0 && this.#held[i] >= rule.confirm) {
        this.#open[i] = 1;
        changes.push({ event: rule.event, atMs, open: true });
        this.#normal.forgetWaiting();
      } else if (this.#open[i] === 1 && this.#quiet[i] >= rule.release) {
        this.#open[i] = 0;
        changes.push({ event: rule.event, atMs, open: false });
      }
    }
    this.#explainedMinutes = explained ? this.#explainedMinutes + 1 : 0;
    const isNew = !explained || this.#explainedMinutes > newNormalMinutes;
    if (m !== null && isNew && this.#minutesSinceStart > this.#limits.startSettleMinutes)
      this.#normal.learn(m, this.#scatter());
    return changes;
  }

  /** A new pump or a workover. */
  reset(): void {
    this.#normal.reset();
    this.#open.fill(0);
    this.#held.fill(0);
    this.#amps.length = 0;
  }

  write(out: PackedWriter): void {
    this.#normal.write(out);
    for (const block of [this.#held, this.#quiet, this.#open]) out.block(block);
    out.count(this.#amps.length);
    for (const amps of this.#amps) out.float64(amps);
    for (const n of [this.#minutesSinceStart, this.#explainedMinutes, this.#lowMinutes]) out.count(n);
    out.float64(this.#imbalance);
    out.byte(Number(this.#ran));
  }

  restore(from: PackedReader): void {
    this.#normal.restore(from);
    for (const block of [this.#held, this.#quiet, this.#open]) from.block(block);
    this.#amps.length = 0;
    for (let left = from.count(); left > 0; left--) this.#amps.push(from.float64());
    this.#minutesSinceStart = from.count();
    this.#explainedMinutes = from.count();
    this.#lowMinutes = from.count();
    this.#imbalance = from.float64();
    this.#ran = from.byte() === 1;
  }

  #context(m: RuleMinute): Context {
    const u = this.#normal.usual;
    const amps = m.amps / u.amps;
    this.#lowMinutes = amps < this.#limits.lockAmpsMost ? this.#lowMinutes + 1 : 0;
    const n = Math.min(this.#lowMinutes, lowMinutesKept);
    this.#lowPower = n === 0 ? Number.NaN : (n > 1 ? this.#lowPower * (1 - 1 / n) : 0) + m.kw / u.kw / n;
    return {
      m,
      amps,
      gain: m.gain / u.gain,
      discharge: m.discharge / u.discharge,
      intake: m.intake / u.intake,
      wellhead: m.wellhead / u.wellhead,
      flowline: m.flowline / u.flowline,
      rate: m.rate / u.rate,
      volts: m.volts / u.volts,
      // The rise goes with the square of the load [domain.md B1].
      heatOver: m.motorOverIntake * (1 - u.riseLoad / m.riseLoad),
      heatShare: m.riseLoad / u.riseLoad,
      motorAbove: m.motorC - u.motorC,
      motorRise: m.motorOverIntake / u.motorOverIntake,
      imbalanceOver: this.#imbalance - u.voltsImbalance,
      lowMinutes: this.#lowMinutes,
      lowPower: this.#lowPower,
      locked: this.#open[lockAt] === 1,
      broken: this.#open[shaftAt] === 1,
      lowScatter: scatterOf(this.#amps.slice(-3)),
      scatter: this.#scatter(),
      usualScatter: this.#normal.ampsScatter,
      minutesSinceStart: this.#minutesSinceStart,
      minutesAtSpeed: this.#minutesAtSpeed,
      l: this.#limits,
    };
  }

  #keepSpeed(hz: number): void {
    if (Math.abs(hz / this.#hz - 1) < sameSpeed) this.#minutesAtSpeed++;
    else if (!Number.isNaN(hz)) {
      // The first frequency there is changes nothing.
      this.#minutesAtSpeed = Number.isNaN(this.#hz) ? this.#minutesAtSpeed : 0;
      this.#hz = hz;
    }
  }

  #keepAmps(amps: number): void {
    if (Number.isNaN(amps)) return;
    this.#amps.push(amps);
    if (this.#amps.length > scatterMinutes) this.#amps.shift();
  }

  #keepImbalance(imbalance: number): void {
    if (Number.isNaN(imbalance)) return;
    const before = Number.isNaN(this.#imbalance) ? imbalance : this.#imbalance;
    this.#imbalance = before + imbalanceShare * (imbalance - before);
  }

  #scatter(): number {
    return this.#amps.length < scatterMinutes / 2 ? Number.NaN : scatterOf(this.#amps);
  }
}

/** Standard deviation over mean. */
function scatterOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) / mean;
}
