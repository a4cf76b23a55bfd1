/** Closed minutes in, findings about whole wells out: rules that look at several sensors together. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { Lane } from '#schemas/records/reading.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import { isOutOfService, service, type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import { signalOf } from '#schemas/signals/catalogue.js';
import { isSentinel } from '#schemas/signals/sentinels.js';
import type { CycleClock, Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { type TagName, TagLookup } from '../features/tagLookup.js';
import { WellSlots } from '../features/wellSlots.js';
import { chokeRestriction } from './chokeRestriction.js';
import { type FlowClassifierPort, flowStability } from './flowStability.js';
import { valveClosure } from './valveClosure.js';
import { WellMinuteTable } from './wellMinutes.js';
import { ruleMinutes, ruleTags, type WellFinding, type WellMinutes, type WellRule } from './wellRule.js';

export interface WellRuleOptions {
  readonly tagName: TagName;
  readonly flow: FlowClassifierPort;
  /** Wells of other tenants get the rules of physics alone, not what was trained; all get both by default. */
  readonly wanted?: (tenant: TenantRef) => boolean;
  /** Most (well, lane) pairs watched; rows beyond are counted in `refused`. */
  readonly slotsMax?: number;
  /** A rule that never runs, by name, to measure what it is worth; none in production. */
  readonly without?: string | undefined;
}

export const wellRuleNames: readonly string[] = [valveClosure.name, chokeRestriction.name, 'flow-stability'];

const stateVersion = 2;
const lanes: readonly Lane[] = ['live', 'backfill'];
const signals = ruleTags.map((tag) => signalOf(tag));

/**
 * A minute is judged when all its tags are in: at the end of its cycle, or when the well's next minute comes first. Late
 * partials are left out: they come at other times in a replay. After an hour of silence a well begins anew, and what was
 * open ends where it fell silent.
 */
export function createWellRuleOperator(
  options: WellRuleOptions,
): Operator<WindowBatch, Anomaly> & { readonly refused: number } {
  return new WellRuleOperator(options);
}

class WellRuleOperator implements Operator<WindowBatch, Anomaly>, KeyedState {
  readonly name = 'well-rules';
  readonly version = stateVersion;
  readonly state: KeyedState = this;
  readonly #rules: readonly WellRule[];
  readonly #trained: WellRule;
  readonly #without: string | undefined;
  readonly #wanted: (tenant: TenantRef) => boolean;
  readonly #fields: number;
  readonly #slots: WellSlots;
  readonly #table: WellMinuteTable;
  readonly #tags: TagLookup;
  readonly #scratch: Uint8Array;
  // One of each, filled anew for every minute.
  readonly #minutes: WellMinutes = { endMs: 0, meansOf: (tag) => this.#meansOf(tag) };
  readonly #means = ruleTags.map(() => new Float64Array(ruleMinutes));
  /** The well judged, and by bit which of its tags have been copied: most rules look at one and are done. */
  #judged = 0;
  #copied = 0;
  readonly #finding: WellFinding = {
    startMs: 0,
    endMs: null,
    severity: 'warning',
    score: 0,
    expected: null,
    actual: null,
    textKey: '',
    tag: 0,
  };

  constructor({ tagName, flow, wanted, slotsMax, without }: WellRuleOptions) {
    this.#trained = flowStability(flow);
    this.#rules = [valveClosure, chokeRestriction, this.#trained];
    this.#without = without;
    this.#wanted = wanted ?? (() => true);
    this.#fields = this.#rules.reduce((sum, rule) => sum + rule.fields, 0);
    this.#slots = new WellSlots(slotsMax);
    this.#table = new WellMinuteTable(this.#fields);
    const tags: readonly string[] = ruleTags;
    this.#tags = new TagLookup(tagName, (tag) => tags.indexOf(tag));
    this.#scratch = new Uint8Array(1 + lanes.length * this.#table.bytesPerSlot);
  }

  /** Rows not looked at because `slotsMax` wells were there already. */
  get refused(): number {
    return this.#slots.refused;
  }

  process(batch: WindowBatch, emit: Emit<Anomaly>): void {
    const table = this.#table;
    for (let i = 0; i < batch.length; i++) {
      const good = batch.goods[i] as number;
      if (good === 0 || batch.late[i] !== 0 || isOutOfService(batch.service[i] as number)) continue;
      const well = batch.wells[i] as WellRef;
      const tag = this.#tags.find(well.tenant, batch.tagIds[i] as number);
      if (tag < 0) continue;
      const min = batch.mins[i] as number;
      const max = batch.maxs[i] as number;
      // A minute with an impossible value in it says nothing of the well.
      const signal = signals[tag];
      if (signal !== undefined && (min < signal.low || max > signal.high)) continue;
      if (isSentinel(min) || isSentinel(max)) continue;
      const slot = this.#slots.touch(well, batch.lanes[i] as Lane);
      if (slot < 0) continue;
      table.reserve(slot + 1);
      const minute = (batch.startMs[i] as number) / windowMs;
      if (minute > (table.newest[slot] as number)) {
        this.#judge(slot, emit);
        const anew = batch.service[i] === service.back;
        if (anew || minute - (table.newest[slot] as number) > ruleMinutes) this.#end(slot, emit);
        if (anew) table.forget(slot);
        table.advance(slot, minute);
      }
      table.put(slot, minute, tag, (batch.sums[i] as number) / good);
    }
  }

  endCycle(_clock: CycleClock, emit: Emit<Anomaly>): void {
    this.#slots.drainTouched((slot) => this.#judge(slot, emit));
  }

  #judge(slot: number, emit: Emit<Anomaly>): void {
    const table = this.#table;
    const newest = table.newest[slot] as number;
    if (newest <= (table.judged[slot] as number)) return;
    table.judged[slot] = newest;
    this.#judged = slot;
    this.#copied = 0;
    this.#minutes.endMs = (newest + 1) * windowMs;
    let at = slot * this.#fields;
    for (const rule of this.#rules) {
      const on =
        rule.name !== this.#without &&
        (rule !== this.#trained || this.#wanted(this.#slots.wellOf(slot).tenant));
      if (on && rule.step(table.state, at, this.#minutes, this.#finding)) this.#emit(slot, rule, emit);
      at += rule.fields;
    }
  }

  #meansOf(tag: number): Float64Array {
    const means = this.#means[tag] as Float64Array;
    if ((this.#copied & (1 << tag)) === 0) {
      this.#table.read(this.#judged, tag, means);
      this.#copied |= 1 << tag;
    }
    return means;
  }

  /** The well fell silent after its newest minute. */
  #end(slot: number, emit: Emit<Anomaly>): void {
    const { newest, state } = this.#table;
    if ((newest[slot] as number) < 0) return;
    const endMs = ((newest[slot] as number) + 1) * windowMs;
    let at = slot * this.#fields;
    for (const rule of this.#rules) {
      if (rule.end(state, at, endMs, this.#finding)) this.#emit(slot, rule, emit);
      at += rule.fields;
    }
  }

  #emit(slot: number, { name }: WellRule, emit: Emit<Anomaly>): void {
    const well = this.#slots.wellOf(slot);
    const lane = this.#slots.laneOf(slot);
    const { tag: number, ...finding } = this.#finding;
    const tag = ruleTags[number] as string;
    emit({
      ...finding,
      anomalyId: [well.tenant.slug, well.wellId, tag, name, lane, finding.startMs].join('/'),
      well,
      lane,
      tag,
      detector: name,
      kind: 'process',
      unit: signalOf(tag)?.unit ?? null,
    });
  }

  drainChanges(out: StateWriter): void {
    this.#slots.drainDirty((wellId) => this.#writeWell(wellId, out));
  }

  drainAll(out: StateWriter): void {
    this.#slots.drainAll((wellId) => this.#writeWell(wellId, out));
  }

  /** A byte that says which lanes follow (1 live, 2 backfill), then each; one scratch for all wells. */
  #writeWell(wellId: number, out: StateWriter): void {
    const view = new DataView(this.#scratch.buffer);
    let mask = 0;
    let at = 1;
    for (const [k, lane] of lanes.entries()) {
      const slot = this.#slots.find(wellId, lane);
      if (slot < 0) continue;
      mask |= 1 << k;
      this.#table.write(slot, view, at);
      at += this.#table.bytesPerSlot;
    }
    this.#scratch[0] = mask;
    out.put(wellId, this.#scratch.subarray(0, at));
  }

  restore(key: number, value: Uint8Array): void {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    lanes
      .filter((_, k) => ((value[0] ?? 0) & (1 << k)) !== 0)
      .forEach((lane, n) => {
        const slot = this.#slots.add(key, lane);
        if (slot < 0) return;
        this.#table.reserve(slot + 1);
        this.#table.restore(slot, view, 1 + n * this.#table.bytesPerSlot);
      });
  }
}
