/** Closed minutes in, findings out: data quality first, then every detector on the sensors that can be believed. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { isOutOfService, service, type WindowBatch } from '#schemas/records/windowAggregate.js';
import { limitsOf } from '#schemas/signals/catalogue.js';
import { quality as code } from '#schemas/signals/quality.js';
import type { CycleClock, Emit, KeyedState, Operator } from '#pipelines/operator.js';
import { type TagName, TagLookup } from '../features/tagLookup.js';
import { clockFault, clockTagId, stepClockFault, stepClockHealthy } from './clockFault.js';
import { type DetectionRule, DetectionRules, type RuledTag } from './detectionRules.js';
import { gaugeDrift, isSteady } from './gaugeDrift.js';
import { isErratic, noise } from './noise.js';
import { type Detector, type Finding, forgetMs, type SensorMinute } from './detector.js';
import { noveltyHours } from './novelty.js';
import { noveltyFindingFields, novelty, stepNoveltyFinding } from './noveltyFinding.js';
import { isUsable, lastMinuteMs, noteSeen, quality, stepMissing } from './quality.js';
import { relearnLevel, robustLevel } from './robustLevel.js';
import { mayBeInOtherUnit, unitChange } from './unitChange.js';
import { WatchedTags } from './watchedTags.js';
import { WatchBytes } from './watchBytes.js';
import { Watches } from './watches.js';

export interface DetectOptions {
  readonly tagName: TagName;
  /** Most (well, lane) pairs and sensors watched; rows beyond are counted in `refused`. */
  readonly slotsMax?: number;
  readonly sensorsMax?: number;
  /** Settings by tenant, site, well and tag. */
  readonly rules?: readonly DetectionRule[];
  /** Rules over those, whatever they speak of. */
  readonly over?: readonly DetectionRule[];
  /** A detector that never runs, by name, to measure what it is worth; none in production. */
  readonly without?: string | undefined;
}

/** Of the sensor itself; while one of the first two has something open nothing is said of the process. */
const sensorDetectors: readonly Detector[] = [noise, unitChange, gaugeDrift];

export const detectorNames: readonly string[] = [...sensorDetectors, robustLevel, novelty].map(
  ({ name }) => name,
);

const stateVersion = 4;
const noiseAt = quality.fields;
const unitAt = noiseAt + noise.fields;
const driftAt = unitAt + unitChange.fields;
const levelAt = driftAt + gaugeDrift.fields;
const fields = levelAt + robustLevel.fields;
const ofSensor: ReadonlySet<Pick<Detector, 'name'>> = new Set([quality, clockFault, ...sensorDetectors]);

/**
 * One finding of each detector open a sensor at most; live and backfill are watched apart. Late partials are left out: they
 * come at other times in a replay. Ids derive from well, tag, detector, lane and start, so a replay makes the same ones.
 */
export function createDetectOperator(
  options: DetectOptions,
): Operator<WindowBatch, Anomaly> & { readonly refused: number } {
  return new DetectOperator(options);
}

class DetectOperator implements Operator<WindowBatch, Anomaly> {
  readonly name = 'detect';
  readonly state: KeyedState;
  readonly #watches: Watches;
  readonly #tags = new WatchedTags();
  readonly #lookup: TagLookup;
  #refusedSensors = 0;
  // One of each, filled anew for every row.
  readonly #minute: SensorMinute = {
    startMs: 0,
    gapMs: 0,
    good: 0,
    flags: 0,
    mean: 0,
    min: 0,
    max: 0,
    limits: limitsOf(''),
    low: 0,
    high: 0,
    unit: null,
    sensitivity: 1,
    hasWitness: () => this.#hasWitness(),
  };
  readonly #rules: DetectionRules;
  readonly #without: string | undefined;
  readonly #novelty: boolean;
  /** By sensor; a sensor keeps its number. */
  readonly #ruled: RuledTag[] = [];
  /** What `#minute` is of. */
  #slot = -1;
  #sensor = -1;
  readonly #finding: Finding = {
    startMs: 0,
    endMs: null,
    severity: 'info',
    score: 0,
    expected: null,
    actual: null,
    textKey: '',
  };

  constructor({ tagName, slotsMax, sensorsMax, rules, over, without }: DetectOptions) {
    this.#without = without;
    this.#novelty = novelty.name !== without;
    this.#rules = new DetectionRules(rules, over);
    this.#watches = new Watches({ fields, slotsMax, sensorsMax });
    this.#lookup = new TagLookup(tagName, (tag) => this.#tags.indexOf(tag));
    this.state = new WatchBytes(this.#watches, stateVersion);
  }

  /** Rows not looked at because a table was full. */
  get refused(): number {
    return this.#watches.slots.refused + this.#refusedSensors;
  }

  process(batch: WindowBatch, emit: Emit<Anomaly>): void {
    const { slots, sensors, settings } = this.#watches;
    const minute = this.#minute;
    const finding = this.#finding;
    const without = this.#without;
    for (let i = 0; i < batch.length; i++) {
      // Out of service a well neither alarms nor teaches.
      if (batch.late[i] !== 0 || isOutOfService(batch.service[i] as number)) continue;
      const well = batch.wells[i] as WellRef;
      const slot = slots.touch(well, batch.lanes[i] as Lane);
      if (slot < 0) continue;
      if (isClockFault(batch, i)) {
        this.#noteClockFault(slot, batch.startMs[i] as number, emit);
        continue;
      }
      const tagId = batch.tagIds[i] as number;
      const sensor = sensors.find(slot, tagId);
      if (sensor < 0) {
        this.#refusedSensors++;
        continue;
      }
      const tag = this.#tagOf(sensor, well, tagId);
      if (tag.muted) continue;
      const at = sensor * fields;
      const { state } = sensors;
      const startMs = batch.startMs[i] as number;
      const lastMs = lastMinuteMs(state, at);
      if (startMs <= lastMs) continue;
      const tick = this.#watches.tickOf(slot, startMs);
      const good = batch.goods[i] as number;
      minute.startMs = startMs;
      minute.gapMs = lastMs === 0 ? Number.POSITIVE_INFINITY : startMs - lastMs;
      if (batch.service[i] === service.back) minute.gapMs = Math.max(minute.gapMs, forgetMs);
      minute.good = good;
      minute.flags = batch.flags[i] as number;
      minute.mean = good === 0 ? Number.NaN : (batch.sums[i] as number) / good;
      minute.min = batch.mins[i] as number;
      minute.max = batch.maxs[i] as number;
      minute.limits = tag.limits;
      minute.low = tag.low;
      minute.high = tag.high;
      minute.unit = tag.unit;
      minute.sensitivity = tag.sensitivity;
      this.#slot = slot;
      this.#sensor = sensor;
      // Said before the sensor's return can end it, so that it does not matter when a cycle looked.
      if (stepMissing(state, at, tick - 1, minute, finding)) this.#emit(slot, tag, quality, emit);
      if (noteSeen(state, at, tick)) this.#watches.countSeen(slot, tick);
      if (quality.step(state, at, minute, finding)) this.#emit(slot, tag, quality, emit);
      if (minute.gapMs >= forgetMs && minute.gapMs < Number.POSITIVE_INFINITY) settings.change(slot, startMs);
      const changed =
        tag.setting >= 0 && isUsable(state, at) && settings.note(slot, tag.setting, startMs, minute.mean);
      if (changed) this.#relearn(slot);
      if (!tag.continuous) continue;
      if (isUsable(state, at)) {
        // One call each: in a loop over a list no compiler looks into them, and this runs every minute of every tag.
        if (without !== noise.name && noise.step(state, at + noiseAt, minute, finding))
          this.#emit(slot, tag, noise, emit);
        if (without !== unitChange.name && unitChange.step(state, at + unitAt, minute, finding))
          this.#emit(slot, tag, unitChange, emit);
        if (without !== gaugeDrift.name && gaugeDrift.step(state, at + driftAt, minute, finding))
          this.#emit(slot, tag, gaugeDrift, emit);
        // Minutes of a sensor that may be at fault neither alarm nor teach.
        if (isErratic(state, at + noiseAt) || mayBeInOtherUnit(state, at + unitAt)) continue;
        // After a long silence detectors are told at once, usable or not: they begin anew.
      } else if (minute.gapMs < forgetMs) continue;
      if (without !== robustLevel.name && robustLevel.step(state, at + levelAt, minute, finding))
        this.#emit(slot, tag, robustLevel, emit);
      if (this.#novelty && isUsable(state, at)) this.#stepNovelty(slot, sensor, tag, emit);
    }
  }

  /** How the well runs now is learned anew, in as long as nothing is said after a change. */
  #relearn(slot: number): void {
    const { sensors } = this.#watches;
    for (let s = sensors.firstOf(slot); s >= 0; s = sensors.nextOf(s))
      if (sensors.tagIdOf(s) !== clockTagId) relearnLevel(sensors.state, s * fields + levelAt);
  }

  #stepNovelty(slot: number, sensor: number, tag: RuledTag, emit: Emit<Anomaly>): void {
    const { novelty: table, settings } = this.#watches;
    const row = table.rowOf(sensor);
    const found = stepNoveltyFinding(
      table.state,
      row * noveltyFindingFields,
      table.hours,
      row * noveltyHours,
      this.#minute,
      settings.isMuted(slot, this.#minute.startMs),
      this.#finding,
    );
    if (found) this.#emit(slot, tag, novelty, emit);
  }

  #noteClockFault(slot: number, startMs: number, emit: Emit<Anomaly>): void {
    const { sensors } = this.#watches;
    const sensor = sensors.find(slot, clockTagId);
    if (sensor < 0) {
      this.#refusedSensors++;
      return;
    }
    const newestMs = this.#watches.newestMs(slot);
    const fault = { startMs, newestMs, tick: this.#watches.newestTick(slot) };
    if (stepClockFault(sensors.state, sensor * fields, fault, this.#finding))
      this.#emit(slot, null, clockFault, emit);
  }

  /** Another sensor of the well in the unit of the one looked at that goes no way of its own. */
  #hasWitness(): boolean {
    const { slots, sensors } = this.#watches;
    const well = slots.wellOf(this.#slot);
    for (let s = sensors.firstOf(this.#slot); s >= 0; s = sensors.nextOf(s)) {
      const tagId = sensors.tagIdOf(s);
      if (s === this.#sensor || tagId === clockTagId) continue;
      if (this.#tagOf(s, well, tagId).unit !== this.#minute.unit) continue;
      if (isUsable(sensors.state, s * fields) && isSteady(sensors.state, s * fields + driftAt)) return true;
    }
    return false;
  }

  #tagOf(sensor: number, well: WellRef, tagId: number): RuledTag {
    const known = this.#ruled[sensor];
    if (known !== undefined) return known;
    const base = this.#tags.at(this.#lookup.find(well.tenant, tagId));
    const tag = this.#rules.ruled(base, well);
    this.#ruled[sensor] = tag;
    return tag;
  }

  /** Looks for sensors that fell silent while their well went on: only when all rows of the cycle are in. */
  endCycle(_clock: CycleClock, emit: Emit<Anomaly>): void {
    const { slots, sensors } = this.#watches;
    slots.drainTouched((slot) => {
      if (this.#watches.allSeen(slot)) return;
      const tick = this.#watches.newestTick(slot);
      const well = slots.wellOf(slot);
      for (let s = sensors.firstOf(slot); s >= 0; s = sensors.nextOf(s)) {
        const tagId = sensors.tagIdOf(s);
        if (tagId === clockTagId) {
          if (stepClockHealthy(sensors.state, s * fields, tick, this.#finding))
            this.#emit(slot, null, clockFault, emit);
          continue;
        }
        const tag = this.#tagOf(s, well, tagId);
        if (tag.muted) continue;
        this.#minute.limits = tag.limits;
        if (stepMissing(sensors.state, s * fields, tick, this.#minute, this.#finding))
          this.#emit(slot, tag, quality, emit);
      }
    });
  }

  /** `about` is null where it is about the whole well. */
  #emit(slot: number, about: RuledTag | null, detector: Pick<Detector, 'name'>, emit: Emit<Anomaly>): void {
    if (about?.off.has(detector.name)) return;
    const tag = about?.tag ?? null;
    const well = this.#watches.slots.wellOf(slot);
    const lane = this.#watches.slots.laneOf(slot);
    const { startMs } = this.#finding;
    emit({
      ...this.#finding,
      anomalyId: [well.tenant.slug, well.wellId, tag ?? '', detector.name, lane, startMs].join('/'),
      well,
      lane,
      tag,
      detector: detector.name,
      kind: ofSensor.has(detector) ? 'quality' : 'process',
      unit: about?.unit ?? null,
    });
  }
}

/** A minute that only a wrong clock wrote: it may lie in the future, and would make all that follow look old. */
function isClockFault(batch: WindowBatch, i: number): boolean {
  return batch.goods[i] === 0 && ((batch.flags[i] as number) & (1 << code.badClockFault)) !== 0;
}
