/** Closed minutes and findings about sensors in, findings about how a well's signals go together out. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { isOutOfService, service, type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import { isSentinel } from '#schemas/signals/sentinels.js';
import type { CycleClock, Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { type TagName, TagLookup } from '../../features/tagLookup.js';
import { WellSlots } from '../../features/wellSlots.js';
import { type DetectionRule, DetectionRules, type RuledTag } from '../detectionRules.js';
import { SettingChanges, settingFields } from '../settingChanges.js';
import { WatchedTags } from '../watchedTags.js';
import { type TogetherChange, WellTogether } from './wellTogether.js';

export type TogetherInput =
  | { readonly from: 'minutes'; readonly value: WindowBatch }
  | { readonly from: 'findings'; readonly value: Anomaly };

export interface TogetherOptions {
  readonly tagName: TagName;
  /** Most (well, lane) pairs watched; rows beyond are counted in `refused`. */
  readonly slotsMax?: number;
  /** Settings by tenant, site, well and tag. */
  readonly rules?: readonly DetectionRule[];
  /** Rules over those, whatever they speak of. */
  readonly over?: readonly DetectionRule[];
}

const name = 'together';
const stateVersion = 1;
const lanes: readonly Lane[] = ['live', 'backfill'];

/**
 * A minute is judged when all its tags are in: at the end of its cycle, or when the well's next minute comes first. Late
 * partials are left out: they come at other times in a replay. A sensor with a finding of its own is as good as missing.
 */
export function createTogetherOperator(
  options: TogetherOptions,
): Operator<TogetherInput, Anomaly> & { readonly refused: number } {
  return new TogetherOperator(options);
}

class TogetherOperator implements Operator<TogetherInput, Anomaly>, KeyedState {
  readonly name = name;
  readonly version = stateVersion;
  readonly state: KeyedState = this;
  readonly #tagName: TagName;
  readonly #rules: DetectionRules;
  readonly #slots: WellSlots;
  readonly #wells: WellTogether[] = [];
  readonly #settings = new SettingChanges();
  readonly #tags = new WatchedTags();
  readonly #lookup: TagLookup;
  /** By slot, then by number of the watched tag. */
  readonly #ruled: RuledTag[][] = [];
  readonly #packed = new PackedWriter();

  constructor({ tagName, slotsMax, rules, over }: TogetherOptions) {
    this.#tagName = tagName;
    this.#rules = new DetectionRules(rules, over);
    this.#slots = new WellSlots(slotsMax);
    this.#lookup = new TagLookup(tagName, (tag) => this.#tags.indexOf(tag));
  }

  /** Rows not looked at because `slotsMax` wells were there already. */
  get refused(): number {
    return this.#slots.refused;
  }

  process(input: TogetherInput, emit: Emit<Anomaly>): void {
    if (input.from === 'findings') this.#distrust(input.value);
    else this.#minutes(input.value, emit);
  }

  #distrust({ kind, tag, well, lane, endMs }: Anomaly): void {
    if (kind !== 'quality' || tag === null) return;
    const slot = this.#slots.find(well.wellId, lane);
    if (slot < 0) return;
    const together = this.#wells[slot] as WellTogether;
    const signal = together.tagIds.findIndex((tagId) => this.#tagName(well.tenant, tagId) === tag);
    if (signal < 0) return;
    together.distrusted[signal] = endMs === null ? 1 : 0;
    this.#slots.touch(well, lane);
  }

  #minutes(batch: WindowBatch, emit: Emit<Anomaly>): void {
    for (let i = 0; i < batch.length; i++) {
      const good = batch.goods[i] as number;
      if (good === 0 || batch.late[i] !== 0 || isOutOfService(batch.service[i] as number)) continue;
      const well = batch.wells[i] as WellRef;
      const slot = this.#slots.touch(well, batch.lanes[i] as Lane);
      if (slot < 0) continue;
      const together = (this.#wells[slot] ??= new WellTogether());
      const tag = this.#tagOf(slot, well, batch.tagIds[i] as number);
      if (tag.together === 'off') continue;
      const startMs = batch.startMs[i] as number;
      const minute = startMs / windowMs;
      const mean = (batch.sums[i] as number) / good;
      const min = batch.mins[i] as number;
      const max = batch.maxs[i] as number;
      const believed = min >= tag.low && max <= tag.high && !isSentinel(min) && !isSentinel(max);
      if (minute > together.minute) {
        this.#judge(slot, well, emit);
        together.advance(minute, batch.service[i] === service.back);
      }
      if (minute !== together.minute || !believed) continue;
      if (tag.setting >= 0 && this.#settings.note(slot, tag.setting, startMs, mean)) together.change(minute);
      if (!tag.continuous || tag.muted) continue;
      const signal = together.signalOf(batch.tagIds[i] as number);
      if (signal >= 0) together.put(signal, mean);
    }
  }

  endCycle(_clock: CycleClock, emit: Emit<Anomaly>): void {
    this.#slots.drainTouched((slot) => this.#judge(slot, this.#slots.wellOf(slot), emit));
  }

  #judge(slot: number, well: WellRef, emit: Emit<Anomaly>): void {
    const together = this.#wells[slot] as WellTogether;
    const change = together.judge();
    if (change === null) return;
    this.#emit(slot, well, together, change, emit);
    if (change !== 'opened') together.finding = null;
  }

  #emit(
    slot: number,
    well: WellRef,
    { finding, minute }: WellTogether,
    change: TogetherChange,
    emit: Emit<Anomaly>,
  ): void {
    if (finding === null) return;
    const lane = this.#slots.laneOf(slot);
    const tag = this.#tagOf(slot, well, finding.tagId);
    emit({
      anomalyId: [well.tenant.slug, well.wellId, tag.tag, name, lane, finding.startMs].join('/'),
      well,
      lane,
      tag: tag.tag,
      detector: name,
      kind: 'process',
      severity: tag.together === 'alert' ? 'warning' : 'info',
      startMs: finding.startMs,
      endMs: change === 'opened' ? null : (minute + 1) * windowMs,
      score: finding.worst,
      expected: finding.expected,
      actual: finding.actual,
      unit: tag.unit,
      textKey: change === 'new-normal' ? 'newNormal' : 'apart',
      contributions: finding.shares.map(([tagId, share]) => ({
        tag: this.#tagName(well.tenant, tagId),
        share,
      })),
    });
  }

  #tagOf(slot: number, { tenant }: WellRef, tagId: number): RuledTag {
    const index = this.#lookup.find(tenant, tagId);
    const ruled = (this.#ruled[slot] ??= []);
    return (ruled[index] ??= this.#rules.ruled(this.#tags.at(index), this.#slots.wellOf(slot)));
  }

  drainChanges(out: StateWriter): void {
    this.#slots.drainDirty((wellId) => this.#writeWell(wellId, out));
  }

  drainAll(out: StateWriter): void {
    this.#slots.drainAll((wellId) => this.#writeWell(wellId, out));
  }

  /** A byte that says which lanes follow (1 live, 2 backfill), then settings and signals of each. */
  #writeWell(wellId: number, out: StateWriter): void {
    const packed = this.#packed;
    packed.clear();
    const slots = lanes.map((lane) => this.#slots.find(wellId, lane));
    packed.byte(slots.reduce((mask, slot, k) => (slot < 0 ? mask : mask | (1 << k)), 0));
    for (const slot of slots) {
      if (slot < 0) continue;
      this.#settings.reserve(slot);
      packed.float64(this.#settings.state[slot * settingFields] as number);
      for (let f = 1; f < settingFields; f++)
        packed.float32(this.#settings.state[slot * settingFields + f] as number);
      (this.#wells[slot] ??= new WellTogether()).write(packed);
    }
    out.put(wellId, packed.bytes());
  }

  restore(key: number, value: Uint8Array): void {
    const from = new PackedReader(value);
    const mask = from.byte();
    for (const [k, lane] of lanes.entries()) {
      if ((mask & (1 << k)) === 0) continue;
      const slot = this.#slots.add(key, lane);
      const settings = [from.float64()];
      for (let f = 1; f < settingFields; f++) settings.push(from.float32());
      const together = WellTogether.read(from);
      if (slot < 0) continue;
      this.#settings.reserve(slot);
      this.#settings.state.set(settings, slot * settingFields);
      this.#wells[slot] = together;
    }
  }
}
