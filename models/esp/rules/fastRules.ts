/** Rules for what happens to an ESP within minutes: each minute in, events that begin and end out. */
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { isRunning } from '../features/minuteChannels.js';
import { eventRules as rules, type FastEvent, type RuleContext } from './eventRules.js';
import { RecentMinutes } from './recentMinutes.js';
import { RecentNormal } from './recentNormal.js';
import { type RuleLimits, ruleLimits } from './ruleLimits.js';
import { type RuleMinute, ruleMinute } from './ruleMinute.js';

export interface RuleChange {
  readonly event: FastEvent;
  readonly atMs: number;
  /** True where it begins. */
  readonly open: boolean;
}

const shaftAt = rules.findIndex((rule) => rule.event === 'broken_shaft');
const pumpOffAt = rules.findIndex((rule) => rule.event === 'pump_off');
const lockAt = rules.findIndex((rule) => rule.event === 'gas_lock');
/** So many minutes of one and the same rate are a test of before, held: no meter is that quiet. */
const heldRateMinutes = 5;
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
  readonly #recent = new RecentMinutes();
  #minutesSinceStart = 10_000;
  #minutesAtSpeed = 10_000;
  #hz = Number.NaN;
  #explainedMinutes = 0;
  #minutesSinceEvent = 10_000;
  #imbalance = Number.NaN;
  #rateRead = Number.NaN;
  #sameRateMinutes = 0;
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
      this.#recent.clear();
    } else if (runs) this.#minutesSinceStart++;
    this.#ran = runs;
    const m = runs ? ruleMinute(v) : null;
    if (m !== null) {
      this.#keepSpeed(m.hz);
      this.#keepRate(m);
      this.#recent.push(m);
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
    this.#minutesSinceEvent = this.#open.some((open, i) => open === 1 && i !== pumpOffAt)
      ? 0
      : this.#minutesSinceEvent + 1;
    this.#explainedMinutes = explained ? this.#explainedMinutes + 1 : 0;
    const isNew = !explained || this.#explainedMinutes > newNormalMinutes;
    if (m !== null && isNew && this.#minutesSinceStart > this.#limits.startSettleMinutes)
      this.#normal.learn(m, this.#recent.scatter('amps'));
    return changes;
  }

  /** A new pump or a workover. */
  reset(): void {
    this.#normal.reset();
    this.#open.fill(0);
    this.#held.fill(0);
    this.#recent.clear();
  }

  write(out: PackedWriter): void {
    this.#normal.write(out);
    for (const block of [this.#held, this.#quiet, this.#open]) out.block(block);
    this.#recent.write(out);
    for (const n of [
      this.#minutesSinceStart,
      this.#minutesAtSpeed,
      this.#explainedMinutes,
      this.#minutesSinceEvent,
      this.#lowMinutes,
      this.#sameRateMinutes,
    ])
      out.count(n);
    for (const x of [this.#imbalance, this.#hz, this.#lowPower, this.#rateRead]) out.float64(x);
    out.byte(Number(this.#ran));
  }

  restore(from: PackedReader): void {
    this.#normal.restore(from);
    for (const block of [this.#held, this.#quiet, this.#open]) from.block(block);
    this.#recent.restore(from);
    this.#minutesSinceStart = from.count();
    this.#minutesAtSpeed = from.count();
    this.#explainedMinutes = from.count();
    this.#minutesSinceEvent = from.count();
    this.#lowMinutes = from.count();
    this.#sameRateMinutes = from.count();
    this.#imbalance = from.float64();
    this.#hz = from.float64();
    this.#lowPower = from.float64();
    this.#rateRead = from.float64();
    this.#ran = from.byte() === 1;
  }

  #context(m: RuleMinute): RuleContext {
    const u = this.#normal.usual;
    const recent = this.#recent;
    const amps = m.amps / u.amps;
    this.#lowMinutes = amps < this.#limits.lockAmpsMost ? this.#lowMinutes + 1 : 0;
    const n = Math.min(this.#lowMinutes, lowMinutesKept);
    this.#lowPower = n === 0 ? Number.NaN : (n > 1 ? this.#lowPower * (1 - 1 / n) : 0) + m.kw / u.kw / n;
    return {
      m,
      amps,
      ampsLeast: recent.least('amps', 3) / u.amps,
      kwPerAmp: recent.mean('kw', 3) / recent.mean('amps', 3) / (u.kw / u.amps),
      meanGain: recent.mean('gain') / u.gain,
      intakeSettled: recent.mean('intake') / u.intakeSettled,
      intakeFall: recent.fall('intake') / u.intake,
      heatLately: recent.mean('riseLoad') / u.riseLoadLately,
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
      pumpedOff: this.#open[pumpOffAt] === 1,
      lowScatter: recent.scatter('amps', 3),
      scatter: recent.scatter('amps'),
      usualScatter: this.#normal.ampsScatter,
      minutesSinceStart: this.#minutesSinceStart,
      minutesAtSpeed: this.#minutesAtSpeed,
      minutesSinceEvent: this.#minutesSinceEvent,
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

  #keepRate(m: RuleMinute): void {
    this.#sameRateMinutes = m.rateRead > 0 && m.rateRead === this.#rateRead ? this.#sameRateMinutes + 1 : 0;
    this.#rateRead = m.rateRead;
    if (this.#sameRateMinutes >= heldRateMinutes) m.rate = Number.NaN;
  }

  #keepImbalance(imbalance: number): void {
    if (Number.isNaN(imbalance)) return;
    const before = Number.isNaN(this.#imbalance) ? imbalance : this.#imbalance;
    this.#imbalance = before + imbalanceShare * (imbalance - before);
  }
}
