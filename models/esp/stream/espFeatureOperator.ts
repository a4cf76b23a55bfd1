/** Minutes of ESPs and records of their equipment in; at each 06:00 UTC what the risk model scores out. */
import type { Lane } from '#schemas/records/reading.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import type { Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { dayMs, firstSixMs } from '../dayScore.js';
import { espEventOf } from './espEquipment.js';
import { type EspMinute, espWellsMax } from './espMinutes.js';
import { EspWell } from './espWell.js';

export type EspFeatureInput =
  | { readonly from: 'espMinutes'; readonly value: EspMinute }
  | { readonly from: 'records'; readonly value: SiteRecord };

/** Lent for the call: a well whose score is due, or one that began anew (pulled, or another pump). */
export type EspDue =
  | {
      readonly kind: 'due';
      readonly well: WellRef;
      readonly lane: Lane;
      readonly atMs: number;
      readonly esp: EspWell;
      /** Days before it that get no score, because the well was silent for longer than anybody looks back. */
      readonly unscoredDays: number;
    }
  | { readonly kind: 'anew'; readonly well: WellRef; readonly atMs: number };

const stateVersion = 1;
/** Days of silence that are scored when a well comes back, the newest: a month, as far as a ranking's chart looks back. */
const silentDaysMax = 31;
/** History that ends so near to the first live minute is the same story; beyond it the baseline may be another's. */
const adoptMs = 7 * dayMs;

/**
 * Live minutes and history each have features of their own. What history has taught goes over to the live lane when the two
 * meet, so that a well whose past was sent is not a stranger for ten days. A score is due when the first minute at or after
 * 06:00 comes: it sees what ended before. State: what minutes change under the well's id, what hours change under its
 * negative; the second is 45 to 80 KB and is written once an hour.
 */
export function createEspFeatureOperator(options: {
  /** Finds the wells that records speak of. */
  readonly directory: Pick<WellDirectory, 'find'>;
  readonly wellsMax?: number;
}): Operator<EspFeatureInput, EspDue> & { readonly refused: number } {
  return new EspFeatureOperator(options.directory, options.wellsMax ?? espWellsMax);
}

interface Lanes {
  live: EspWell | null;
  past: EspWell | null;
}

class EspFeatureOperator implements Operator<EspFeatureInput, EspDue>, KeyedState {
  readonly name = 'esp-features';
  readonly version = stateVersion;
  readonly state: KeyedState = this;
  readonly #directory: Pick<WellDirectory, 'find'>;
  readonly #wellsMax: number;
  readonly #wells = new Map<number, Lanes>();
  readonly #changed = new Set<number>();
  readonly #packed = new PackedWriter();
  /** Minutes of wells beyond `wellsMax`. */
  refused = 0;

  constructor(directory: Pick<WellDirectory, 'find'>, wellsMax: number) {
    this.#directory = directory;
    this.#wellsMax = wellsMax;
  }

  process(input: EspFeatureInput, emit: Emit<EspDue>): void {
    if (input.from === 'espMinutes') this.#minute(input.value, emit);
    else this.#record(input.value, emit);
  }

  #minute({ well, lane, startMs, values }: EspMinute, emit: Emit<EspDue>): void {
    const lanes = this.#lanesOf(well.wellId);
    if (lanes === null) return;
    const esp = this.#laneOf(lanes, lane);
    this.#changed.add(well.wellId);
    if (lane === 'live' && esp.newestMs < 0) this.#adopt(lanes, startMs);
    if (esp.newestMs >= 0) {
      const firstMs = firstSixMs(esp.newestMs + 1);
      let unscoredDays = Math.max(0, Math.floor((startMs - firstMs) / dayMs) + 1 - silentDaysMax);
      for (let dueMs = firstMs + unscoredDays * dayMs; dueMs <= startMs; dueMs += dayMs) {
        if (lane === 'live') this.#adopt(lanes, startMs);
        esp.features.advance(dueMs);
        emit({ kind: 'due', well, lane, atMs: dueMs, esp, unscoredDays });
        unscoredDays = 0;
      }
    }
    esp.push(startMs, values);
  }

  #record(record: SiteRecord, emit: Emit<EspDue>): void {
    const event = espEventOf(record);
    const name = record.body['well'];
    if (event === null || typeof name !== 'string') return;
    const well = this.#directory.find(record.tenant.slug, record.site, name);
    if (typeof well === 'string') return;
    const lanes = this.#lanesOf(well.wellId);
    if (lanes === null) return;
    const live = this.#laneOf(lanes, 'live');
    this.#changed.add(well.wellId);
    const tell = (esp: EspWell): boolean =>
      event.kind === 'installed' ? esp.install(event) : esp.pull(event.atMs);
    if (tell(live)) emit({ kind: 'anew', well, atMs: event.atMs });
    if (lanes.past !== null) tell(lanes.past);
  }

  #adopt(lanes: Lanes, nowMs: number): void {
    const { live, past } = lanes;
    if (live === null || past === null || past.newestMs > nowMs || nowMs - past.newestMs > adoptMs) return;
    if (past.features.baseline.hours <= live.features.baseline.hours) return;
    live.adopt(past);
    lanes.past = null;
  }

  #lanesOf(wellId: number): Lanes | null {
    let lanes = this.#wells.get(wellId);
    if (lanes === undefined) {
      if (this.#wells.size >= this.#wellsMax) {
        this.refused++;
        return null;
      }
      lanes = { live: null, past: null };
      this.#wells.set(wellId, lanes);
    }
    return lanes;
  }

  #laneOf(lanes: Lanes, lane: Lane): EspWell {
    const known = lane === 'live' ? lanes.live : lanes.past;
    if (known !== null) return known;
    const made = new EspWell();
    const other = lane === 'live' ? lanes.past : lanes.live;
    if (other !== null) made.describeAs(other);
    if (lane === 'live') lanes.live = made;
    else lanes.past = made;
    return made;
  }

  drainChanges(out: StateWriter): void {
    for (const wellId of this.#changed) {
      const lanes = this.#wells.get(wellId) as Lanes;
      this.#put(out, wellId, lanes, 'minutes');
      const changed = [lanes.live, lanes.past].map((esp) => esp?.takeHoursChanged() ?? false);
      if (changed.includes(true)) this.#put(out, -wellId, lanes, 'hours');
    }
    this.#changed.clear();
  }

  drainAll(out: StateWriter): void {
    for (const [wellId, lanes] of this.#wells) {
      for (const esp of [lanes.live, lanes.past]) esp?.takeHoursChanged();
      this.#put(out, wellId, lanes, 'minutes');
      this.#put(out, -wellId, lanes, 'hours');
    }
    this.#changed.clear();
  }

  /** A byte that says which lanes follow (1 live, 2 past), then each. */
  #put(out: StateWriter, key: number, { live, past }: Lanes, part: 'minutes' | 'hours'): void {
    this.#packed.clear();
    this.#packed.byte((live === null ? 0 : 1) + (past === null ? 0 : 2));
    for (const esp of [live, past])
      if (part === 'minutes') esp?.writeMinutes(this.#packed);
      else esp?.writeHours(this.#packed);
    out.put(key, this.#packed.bytes());
  }

  restore(key: number, value: Uint8Array): void {
    const lanes = this.#lanesOf(Math.abs(key));
    if (lanes === null) return;
    const from = new PackedReader(value);
    const mask = from.byte();
    lanes.live = (mask & 1) === 0 ? null : (lanes.live ?? new EspWell());
    lanes.past = (mask & 2) === 0 ? null : (lanes.past ?? new EspWell());
    for (const esp of [lanes.live, lanes.past]) {
      if (esp === null) continue;
      if (key > 0) esp.restoreMinutes(from);
      else esp.restoreHours(from);
      esp.takeHoursChanged();
    }
  }
}
