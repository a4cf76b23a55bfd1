/** Closed minutes in, feature vectors out: a ring of minutes a well, a row every `stepMinutes`. */
import { BalancinError } from '#schemas/errors.js';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import type { Lane } from '#schemas/records/reading.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import { type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import { limitsOf, signalOf } from '#schemas/signals/catalogue.js';
import { isSentinel } from '#schemas/signals/sentinels.js';
import type { Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { FeatureRings } from './featureRings.js';
import { assertFeatureSpec, type FeatureSpec } from './featureSpec.js';
import { positionsOf, writeStatistics } from './featureStatistics.js';
import { type TagName, TagLookup } from './tagLookup.js';
import { WellSlots } from './wellSlots.js';

export interface FeatureOptions {
  readonly tagName: TagName;
  /** Wells of other tenants are not looked at; all are by default. */
  readonly wanted?: (tenant: TenantRef) => boolean;
  /** Most (well, lane) pairs kept. */
  readonly slotsMax?: number;
  /** Rows a batch handed on. */
  readonly batchRows?: number;
}

/** Least dead band of a tag without one, so that nothing divides by zero. */
const deadBandMin = 1e-6;
const stateVersion = 1;
const lanes: readonly Lane[] = ['live', 'backfill'];

/**
 * Rows come out at the end of a cycle (all tags of a minute are in by then), or earlier where one cycle brings more minutes
 * of a well than the ring holds beside the stretch: in both cases made of the same minutes, so a row does not depend on
 * where cycles begin. Late partials are left out: they come at other times in a replay.
 */
export function createFeatureOperator(
  spec: FeatureSpec,
  options: FeatureOptions,
): Operator<WindowBatch, FeatureBatch> & { readonly refused: number } {
  assertFeatureSpec(spec);
  return new FeatureOperator(spec, options);
}

class FeatureOperator implements Operator<WindowBatch, FeatureBatch>, KeyedState {
  readonly name: string;
  readonly version = stateVersion;
  readonly state: KeyedState = this;
  readonly #spec: FeatureSpec;
  readonly #wanted: (tenant: TenantRef) => boolean;
  readonly #slots: WellSlots;
  readonly #rings: FeatureRings;
  readonly #tags: TagLookup;
  readonly #positions: Int32Array;
  readonly #deadBands: Float64Array;
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;
  readonly #presentMin: number;
  readonly #batch: FeatureBatch;
  readonly #batchRows: number;
  readonly #means: Float64Array;
  readonly #stds: Float64Array;
  readonly #minuteSeen: Uint8Array;
  readonly #scratch: Uint8Array;

  constructor(spec: FeatureSpec, options: FeatureOptions) {
    this.name = `features:${spec.name}`;
    this.#spec = spec;
    this.#wanted = options.wanted ?? (() => true);
    this.#slots = new WellSlots(options.slotsMax);
    this.#rings = new FeatureRings(spec.tags.length, spec.windowMinutes);
    const indexOf = new Map(spec.tags.map((tag, k) => [tag, k]));
    this.#tags = new TagLookup(options.tagName, (tag) => indexOf.get(tag) ?? -1);
    this.#positions = positionsOf(spec.statistics);
    this.#deadBands = Float64Array.from(spec.tags, (tag) => Math.max(deadBandMin, limitsOf(tag).deadBand));
    this.#lows = Float64Array.from(spec.tags, (tag) => signalOf(tag)?.low ?? Number.NEGATIVE_INFINITY);
    this.#highs = Float64Array.from(spec.tags, (tag) => signalOf(tag)?.high ?? Number.POSITIVE_INFINITY);
    this.#presentMin = Math.ceil(spec.coverageMin * spec.windowMinutes);
    this.#batchRows = options.batchRows ?? 256;
    this.#batch = {
      length: 0,
      width: spec.width,
      wells: [],
      lanes: [],
      endMs: new Float64Array(this.#batchRows),
      values: new Float32Array(this.#batchRows * spec.width),
      coverage: new Float32Array(this.#batchRows),
    };
    this.#means = new Float64Array(spec.windowMinutes);
    this.#stds = new Float64Array(spec.windowMinutes);
    this.#minuteSeen = new Uint8Array(spec.windowMinutes);
    this.#scratch = new Uint8Array(4 + lanes.length * this.#rings.bytesPerSlot);
  }

  /** Rows not looked at because `slotsMax` wells were there already. */
  get refused(): number {
    return this.#slots.refused;
  }

  process(batch: WindowBatch, emit: Emit<FeatureBatch>): void {
    const rings = this.#rings;
    for (let i = 0; i < batch.length; i++) {
      const good = batch.goods[i] as number;
      if (good === 0 || batch.late[i] !== 0) continue;
      const well = batch.wells[i] as (typeof batch.wells)[number];
      if (!this.#wanted(well.tenant)) continue;
      const tag = this.#tags.find(well.tenant, batch.tagIds[i] as number);
      if (tag < 0) continue;
      const min = batch.mins[i] as number;
      const max = batch.maxs[i] as number;
      // A minute with an impossible value in it says nothing of the well.
      if (min < (this.#lows[tag] as number) || max > (this.#highs[tag] as number)) continue;
      if (isSentinel(min) || isSentinel(max)) continue;
      const slot = this.#slots.touch(well, batch.lanes[i] as Lane);
      if (slot < 0) continue;
      rings.reserve(slot + 1);
      const minute = (batch.startMs[i] as number) / windowMs;
      if (minute > (rings.newest[slot] as number)) {
        // No stretch ends before a well's first minute.
        if ((rings.newest[slot] as number) < 0) rings.emitted[slot] = minute;
        else this.#emitUntil(slot, rings.mustBeEmittedBefore(minute), emit);
        rings.advance(slot, minute);
      }
      const mean = (batch.sums[i] as number) / good;
      const variance = (batch.sumSquares[i] as number) / good - mean * mean;
      // One value repeated leaves rounding dust in the difference of the squares, which would look like life.
      const std = min === max ? 0 : Math.sqrt(Math.max(0, variance));
      rings.put(slot, minute, tag, mean, std);
    }
  }

  endCycle(_clock: unknown, emit: Emit<FeatureBatch>): void {
    this.#slots.drainTouched((slot) => this.#emitUntil(slot, (this.#rings.newest[slot] as number) + 1, emit));
    this.#flush(emit);
  }

  /** Makes the rows of a slot that are due at or before the minute `end`. */
  #emitUntil(slot: number, end: number, emit: Emit<FeatureBatch>): void {
    const { stepMinutes, windowMinutes } = this.#spec;
    const newest = this.#rings.newest[slot] as number;
    if (newest < 0) return;
    const emitted = this.#rings.emitted[slot] as number;
    let due = Math.ceil((emitted + 1) / stepMinutes) * stepMinutes;
    const last = Math.min(end, newest + windowMinutes);
    for (; due <= last; due += stepMinutes) {
      this.#emitRow(slot, due, emit);
      this.#rings.emitted[slot] = due;
    }
    if (end > last && end > (this.#rings.emitted[slot] as number)) this.#rings.emitted[slot] = end;
  }

  #emitRow(slot: number, due: number, emit: Emit<FeatureBatch>): void {
    const { spec, batch } = { spec: this.#spec, batch: this.#batch };
    const per = spec.statistics.length;
    const stretch = { means: this.#means, stds: this.#stds, minutes: spec.windowMinutes };
    const row = batch.length;
    const at = row * spec.width;
    this.#minuteSeen.fill(0);
    let alive = 0;
    for (let k = 0; k < spec.tags.length; k++) {
      this.#rings.read(slot, due, k, this.#means, this.#stds);
      for (let i = 0; i < spec.windowMinutes; i++) if (!Number.isNaN(this.#means[i])) this.#minuteSeen[i] = 1;
      writeStatistics(
        stretch,
        this.#positions,
        this.#deadBands[k] as number,
        this.#presentMin,
        batch.values,
        at + k * per,
      );
      if (!Number.isNaN(batch.values[at + k * per])) alive++;
    }
    let minutes = 0;
    for (let i = 0; i < spec.windowMinutes; i++) minutes += this.#minuteSeen[i] as number;
    if (alive === 0 || minutes < this.#presentMin) return;
    batch.wells[row] = this.#slots.wellOf(slot);
    batch.lanes[row] = this.#slots.laneOf(slot);
    batch.endMs[row] = due * windowMs;
    batch.coverage[row] = alive / spec.tags.length;
    batch.length++;
    if (batch.length === this.#batchRows) this.#flush(emit);
  }

  #flush(emit: Emit<FeatureBatch>): void {
    if (this.#batch.length > 0) emit(this.#batch);
    this.#batch.length = 0;
  }

  drainChanges(out: StateWriter): void {
    this.#slots.drainDirty((wellId) => this.#writeWell(wellId, out));
  }

  drainAll(out: StateWriter): void {
    this.#slots.drainAll((wellId) => this.#writeWell(wellId, out));
  }

  /** Four bytes that say which lanes follow (1 live, 2 backfill), then each lane's ring; one scratch for all wells. */
  #writeWell(wellId: number, out: StateWriter): void {
    let mask = 0;
    let at = 4;
    for (const [k, lane] of lanes.entries()) {
      const slot = this.#slots.find(wellId, lane);
      if (slot < 0) continue;
      mask |= 1 << k;
      this.#rings.write(slot, this.#scratch, at);
      at += this.#rings.bytesPerSlot;
    }
    this.#scratch[0] = mask;
    out.put(wellId, this.#scratch.subarray(0, at));
  }

  restore(key: number, value: Uint8Array): void {
    const present = lanes.filter((_, k) => ((value[0] ?? 0) & (1 << k)) !== 0);
    if (value.byteLength !== 4 + present.length * this.#rings.bytesPerSlot)
      throw new BalancinError(
        'STATE_VERSION',
        `the state of ${this.name} was written for another feature spec`,
      );
    present.forEach((lane, n) => {
      const slot = this.#slots.add(key, lane);
      if (slot < 0) return;
      this.#rings.reserve(slot + 1);
      this.#rings.restore(slot, value, 4 + n * this.#rings.bytesPerSlot);
    });
  }
}
