/** Minutes of ESPs in, events that take minutes out: the fast rules, a well and lane. */
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { Lane } from '#schemas/records/reading.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { windowMs } from '#schemas/records/windowAggregate.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import { ScopedLimits, type ScopedRule } from '#pipelines/alert/alertRules.js';
import type { Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { FastEvent } from '../rules/eventRules.js';
import { FastRules } from '../rules/fastRules.js';
import { espEventOf } from './espEquipment.js';
import { espEventFinding } from './espFinding.js';
import type { EspFeatureInput } from './espFeatureOperator.js';
import { type EspMinute, espWellsMax } from './espMinutes.js';

/** Limits of the fast rules, by name. */
export type EspRuleLimits = Readonly<Record<string, number>>;

const stateVersion = 2;
const lanes: readonly Lane[] = ['live', 'backfill'];

interface Watched {
  readonly rules: FastRules;
  judgedMs: number;
  /** Start of what is open. */
  readonly openedMs: Map<FastEvent, number>;
}

export function createEspRuleOperator(options: {
  readonly directory: Pick<WellDirectory, 'find'>;
  /** Limits by tenant, site and well, over the defaults. */
  readonly rules?: readonly ScopedRule<EspRuleLimits>[];
  readonly wellsMax?: number;
}): Operator<EspFeatureInput, Anomaly> & { readonly refused: number } {
  return new EspRuleOperator(options);
}

class EspRuleOperator implements Operator<EspFeatureInput, Anomaly> {
  readonly name = 'esp-rules';
  readonly state: KeyedState;
  readonly #directory: Pick<WellDirectory, 'find'>;
  readonly #limits: ScopedLimits<EspRuleLimits>;
  readonly #wellsMax: number;
  readonly #wells = new Map<number, Partial<Record<Lane, Watched>>>();
  /** Restored, and not heard of since: their limits need the well's name. */
  readonly #stored = new Map<number, Uint8Array>();
  readonly #changed = new Set<number>();
  readonly #packed = new PackedWriter();
  refused = 0;

  constructor({
    directory,
    rules = [],
    wellsMax = espWellsMax,
  }: Parameters<typeof createEspRuleOperator>[0]) {
    this.#directory = directory;
    this.#limits = new ScopedLimits<EspRuleLimits>({}, rules);
    this.#wellsMax = wellsMax;
    this.state = {
      version: stateVersion,
      drainChanges: (out) => this.#drain(out, this.#changed),
      drainAll: (out) => {
        this.#drain(out, this.#wells.keys());
        for (const [wellId, value] of this.#stored) out.put(wellId, value);
      },
      restore: (key, value) => void this.#stored.set(key, value.slice()),
    };
  }

  process(input: EspFeatureInput, emit: Emit<Anomaly>): void {
    if (input.from === 'espMinutes') this.#minute(input.value, emit);
    else this.#record(input.value, emit);
  }

  #minute({ well, lane, startMs, values }: EspMinute, emit: Emit<Anomaly>): void {
    const watched = this.#watched(well, lane);
    // Of a minute that comes in parts the first is judged.
    if (watched === null || startMs <= watched.judgedMs) return;
    const gapMs = startMs - watched.judgedMs;
    watched.judgedMs = startMs;
    // Rules count minutes: what comes more rarely says nothing of events that take some.
    if (gapMs > paceMsMax) return;
    for (const { event, open } of watched.rules.push(startMs + windowMs, values))
      this.#say(well, lane, watched, { event, open, atMs: startMs + windowMs }, emit);
  }

  #say(
    well: WellRef,
    lane: Lane,
    { openedMs }: Watched,
    { event, open, atMs }: { readonly event: FastEvent; readonly open: boolean; readonly atMs: number },
    emit: Emit<Anomaly>,
  ): void {
    if (open) {
      openedMs.set(event, atMs);
      emit(espEventFinding(well, lane, event, { startMs: atMs, endMs: null }));
      return;
    }
    const startMs = openedMs.get(event);
    openedMs.delete(event);
    if (startMs !== undefined) emit(espEventFinding(well, lane, event, { startMs, endMs: atMs }));
  }

  /** Another pump or none: what is open ends, and nothing of before is usual. */
  #record(record: SiteRecord, emit: Emit<Anomaly>): void {
    const event = espEventOf(record);
    const name = record.body['well'];
    if (event === null || typeof name !== 'string') return;
    const well = this.#directory.find(record.tenant.slug, record.site, name);
    if (typeof well === 'string' || !(this.#wells.has(well.wellId) || this.#stored.has(well.wellId))) return;
    const watched = this.#watched(well, 'live');
    // A record of long ago: the wells' own hours have told since.
    if (watched === null || event.atMs < watched.judgedMs - staleMs) return;
    for (const open of watched.openedMs.keys())
      this.#say(well, 'live', watched, { event: open, open: false, atMs: event.atMs }, emit);
    watched.rules.reset();
  }

  #watched(well: WellRef, lane: Lane): Watched | null {
    const { wellId } = well;
    let byLane = this.#wells.get(wellId);
    if (byLane === undefined) {
      if (this.#wells.size >= this.#wellsMax) {
        this.refused++;
        return null;
      }
      byLane = {};
      this.#wells.set(wellId, byLane);
      const stored = this.#stored.get(wellId);
      this.#stored.delete(wellId);
      if (stored !== undefined) this.#read(well, byLane, stored);
    }
    this.#changed.add(wellId);
    byLane[lane] ??= this.#fresh(well);
    return byLane[lane];
  }

  #fresh(well: WellRef): Watched {
    return { rules: new FastRules(this.#limits.limitsOf(well)), judgedMs: -1, openedMs: new Map() };
  }

  #read(well: WellRef, byLane: Partial<Record<Lane, Watched>>, stored: Uint8Array): void {
    const from = new PackedReader(stored);
    const mask = from.byte();
    for (const [k, lane] of lanes.entries()) {
      if ((mask & (1 << k)) === 0) continue;
      const watched = this.#fresh(well);
      watched.judgedMs = from.integer();
      for (let left = from.count(); left > 0; left--)
        watched.openedMs.set(from.text() as FastEvent, from.integer());
      watched.rules.restore(from);
      byLane[lane] = watched;
    }
  }

  #drain(out: StateWriter, wellIds: Iterable<number>): void {
    for (const wellId of wellIds) {
      const byLane = this.#wells.get(wellId);
      if (byLane === undefined) continue;
      this.#packed.clear();
      this.#packed.byte(
        lanes.reduce((mask, lane, k) => (byLane[lane] === undefined ? mask : mask | (1 << k)), 0),
      );
      for (const lane of lanes) {
        const watched = byLane[lane];
        if (watched === undefined) continue;
        this.#packed.integer(watched.judgedMs);
        this.#packed.count(watched.openedMs.size);
        for (const [event, ms] of watched.openedMs) {
          this.#packed.text(event);
          this.#packed.integer(ms);
        }
        watched.rules.write(this.#packed);
      }
      out.put(wellId, this.#packed.bytes());
    }
    this.#changed.clear();
  }
}

/** Longest step between two minutes that are held against each other. */
const paceMsMax = 3 * windowMs;
const staleMs = 24 * 3_600_000;
