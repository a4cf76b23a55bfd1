/** Closed minutes in, a row of signals a well and minute out, for wells that have an ESP. */
import type { Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { isOutOfService, type WindowBatch } from '#schemas/records/windowAggregate.js';
import { isSentinel } from '#schemas/signals/sentinels.js';
import type { Emit, Operator } from '#pipelines/operator.js';
import { type TagName, TagLookup } from '#pipelines/features/tagLookup.js';
import { WellSlots } from '#pipelines/features/wellSlots.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import { signalNames, signalRange } from '../signals.js';
import { wireFactor } from './espFrames.js';

/** Lent for the call. */
export interface EspMinute {
  readonly well: WellRef;
  readonly lane: Lane;
  /** Start of the minute, Unix ms. */
  readonly startMs: number;
  /** Means in the order of `signalNames`, NaN where missing. */
  readonly values: Float32Array;
}

/** ESPs a task watches: features hold some 80 KB each, so this is 0.3 GB; a cell with more has more partitions. */
export const espWellsMax = 4096;

const width = signalNames.length;
const names: readonly string[] = signalNames;
/** The catalogue counts some fractions in per cent, the model from 0 to 1. */
const factors = signalNames.map((name) => 1 / wireFactor(name));
const isEsp = signalNames.map((name) => name.startsWith('esp.'));

/**
 * A well is an ESP's from the first minute in which one of its signals comes. A minute is handed on when the well's next
 * begins, or with the end of the cycle: what comes of it later (from a slower stream) is a row more of the same minute.
 * So there is no state. Late partials are left out: they come at other times in a replay.
 */
export function createEspMinutesOperator(options: {
  readonly tagName: TagName;
  /** Wells of other tenants are not looked at; all are by default. */
  readonly wanted?: (tenant: TenantRef) => boolean;
  readonly wellsMax?: number;
}): Operator<WindowBatch, EspMinute> & { readonly refused: number } {
  const slots = new WellSlots(2 * (options.wellsMax ?? espWellsMax));
  const tags = new TagLookup(options.tagName, (tag) => names.indexOf(tag));
  const wanted = options.wanted ?? (() => true);
  let rows = new Float32Array(64 * width);
  const minutes: number[] = [];

  const handOn = (slot: number, emit: Emit<EspMinute>): void => {
    const startMs = minutes[slot] ?? -1;
    if (startMs < 0) return;
    minutes[slot] = -1;
    const values = rows.subarray(slot * width, (slot + 1) * width);
    emit({ well: slots.wellOf(slot), lane: slots.laneOf(slot), startMs, values });
  };

  return {
    name: 'esp-minutes',
    get refused() {
      return slots.refused;
    },
    process(batch, emit) {
      for (let i = 0; i < batch.length; i++) {
        const good = batch.goods[i] as number;
        // Out of service a well tells nothing of its pump: neither learned from nor alarmed about.
        if (good === 0 || batch.late[i] !== 0 || isOutOfService(batch.service[i] as number)) continue;
        const well = batch.wells[i] as WellRef;
        if (!wanted(well.tenant)) continue;
        const tag = tags.find(well.tenant, batch.tagIds[i] as number);
        if (tag < 0) continue;
        const lane = batch.lanes[i] as Lane;
        if (!isEsp[tag] && slots.find(well.wellId, lane) < 0) continue;
        const { low, high } = signalRange[names[tag] as keyof typeof signalRange];
        const factor = factors[tag] as number;
        const min = batch.mins[i] as number;
        const max = batch.maxs[i] as number;
        // A minute with an impossible value in it says nothing of the well.
        if (!(min * factor >= low && max * factor <= high) || isSentinel(min) || isSentinel(max)) continue;
        const slot = slots.touch(well, lane);
        if (slot < 0) continue;
        const startMs = batch.startMs[i] as number;
        if (minutes[slot] !== startMs) {
          handOn(slot, emit);
          if ((slot + 1) * width > rows.length) rows = doubled(rows);
          rows.fill(Number.NaN, slot * width, (slot + 1) * width);
          minutes[slot] = startMs;
        }
        rows[slot * width + tag] = ((batch.sums[i] as number) / good) * factor;
      }
    },
    endCycle(_clock, emit) {
      slots.drainTouched((slot) => handOn(slot, emit));
    },
  };
}

function doubled(rows: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(rows.length * 2);
  larger.set(rows);
  return larger;
}
