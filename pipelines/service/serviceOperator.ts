/** Minutes and records in, the same minutes out, each row saying whether its well was in service. */
import type { Lane } from '#schemas/records/reading.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { service, type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import type { Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import {
  type Intervention,
  interventionAt,
  interventionOf,
  interventionsMax,
  withIntervention,
} from './interventions.js';

export type ServiceInput =
  | { readonly from: 'minutes'; readonly value: WindowBatch }
  | { readonly from: 'records'; readonly value: SiteRecord };

/** As many as the other operators of a task watch. */
const wellsMaxDefault = 65_536;
const lanes: readonly Lane[] = ['live', 'backfill'];
const none = -1;

interface WellService {
  interventions: readonly Intervention[];
  /** A lane each: whether the last minute was out of service; the minute in which it came back, ms, -1 for none. */
  readonly isOut: [boolean, boolean];
  readonly backMs: [number, number];
}

/** Wells without a record cost a look whether there is any. Records of wells beyond the limit are counted in `refused`. */
export function createServiceOperator(
  options: { readonly wellsMax?: number } = {},
): Operator<ServiceInput, WindowBatch> & { readonly refused: number } {
  return new ServiceOperator(options.wellsMax ?? wellsMaxDefault);
}

class ServiceOperator implements Operator<ServiceInput, WindowBatch>, KeyedState {
  readonly name = 'service';
  readonly version = 1;
  readonly state: KeyedState = this;
  readonly #wellsMax: number;
  readonly #wells = new Map<number, WellService>();
  readonly #changed = new Set<number>();
  readonly #packed = new PackedWriter();
  refused = 0;

  constructor(wellsMax: number) {
    this.#wellsMax = wellsMax;
  }

  process(input: ServiceInput, emit: Emit<WindowBatch>): void {
    if (input.from === 'records') {
      this.#note(input.value);
      return;
    }
    const batch = input.value;
    batch.service.fill(service.in, 0, batch.length);
    if (this.#wells.size > 0)
      for (let i = 0; i < batch.length; i++) {
        const wellId = (batch.wells[i] as WellRef).wellId;
        const well = this.#wells.get(wellId);
        if (well !== undefined) batch.service[i] = this.#stamp(wellId, well, batch, i);
      }
    emit(batch);
  }

  #note(record: SiteRecord): void {
    const added = interventionOf(record);
    if (added === null || record.wellId === null) return;
    let well = this.#wells.get(record.wellId);
    if (well === undefined) {
      if (this.#wells.size >= this.#wellsMax) {
        this.refused++;
        return;
      }
      well = { interventions: [], isOut: [false, false], backMs: [none, none] };
      this.#wells.set(record.wellId, well);
    }
    well.interventions = withIntervention(well.interventions, added);
    this.#changed.add(record.wellId);
  }

  #stamp(wellId: number, well: WellService, batch: WindowBatch, i: number): number {
    const lane = lanes.indexOf(batch.lanes[i] as Lane) as 0 | 1;
    const startMs = batch.startMs[i] as number;
    // A minute that is partly out of service is out of service.
    const out =
      interventionAt(well.interventions, startMs) ??
      interventionAt(well.interventions, startMs + windowMs - 1);
    if (out !== null) {
      if (!well.isOut[lane]) this.#changed.add(wellId);
      well.isOut[lane] = true;
      return service[out];
    }
    if (batch.late[i] !== 0) return service.in;
    if (well.isOut[lane]) {
      well.isOut[lane] = false;
      well.backMs[lane] = startMs;
      this.#changed.add(wellId);
    }
    return startMs === well.backMs[lane] ? service.back : service.in;
  }

  drainChanges(out: StateWriter): void {
    this.#drain(out, this.#changed);
  }

  drainAll(out: StateWriter): void {
    this.#drain(out, this.#wells.keys());
  }

  #drain(out: StateWriter, wellIds: Iterable<number>): void {
    const packed = this.#packed;
    for (const wellId of wellIds) {
      const well = this.#wells.get(wellId);
      if (well === undefined) continue;
      packed.clear();
      packed.byte((well.isOut[0] ? 1 : 0) | (well.isOut[1] ? 2 : 0));
      for (const ms of well.backMs) packed.integer(ms);
      packed.byte(well.interventions.length);
      for (const { recordId, hlc, kind, startMs, endMs } of well.interventions) {
        packed.text(recordId);
        packed.count(hlc);
        packed.byte(kind === 'workover' ? 1 : 0);
        packed.count(startMs);
        packed.integer(endMs ?? none);
      }
      out.put(wellId, packed.bytes());
    }
    this.#changed.clear();
  }

  restore(key: number, value: Uint8Array): void {
    const from = new PackedReader(value);
    const mask = from.byte();
    const backMs: [number, number] = [from.integer(), from.integer()];
    const length = Math.min(from.byte(), interventionsMax);
    const interventions = Array.from({ length }, (): Intervention => {
      const recordId = from.text();
      const hlc = from.count();
      const kind = from.byte() === 1 ? 'workover' : 'maintenance';
      const startMs = from.count();
      const endMs = from.integer();
      return { recordId, hlc, kind, startMs, endMs: endMs === none ? null : endMs };
    });
    this.#wells.set(key, { interventions, isOut: [(mask & 1) !== 0, (mask & 2) !== 0], backMs });
  }
}
