/** A well's windows in both lanes, as they are stored: packed with whom they are of, so that they can close before a frame comes. */
import type { Lane } from '#schemas/records/reading.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { entryHead, entryOpen, entryTag, entryWords, LaneWindows } from './laneWindows.js';
import {
  slotCount,
  slotDoubles,
  slotFirst,
  slotFirstMs,
  slotFlags,
  slotGood,
  slotLast,
  slotLastMs,
  slotMax,
  slotMin,
  slotMinute,
  slotNext,
  slotSum,
  slotSumSquares,
  slotWords,
  type WindowSlots,
} from './windowSlots.js';

export class WellWindows {
  well: WellRef;
  live: LaneWindows | null = null;
  backfill: LaneWindows | null = null;
  /** Changed since it was last written. */
  dirty = false;

  constructor(well: WellRef) {
    this.well = well;
  }

  lane(lane: Lane): LaneWindows {
    if (lane === 'live') return (this.live ??= new LaneWindows('live'));
    return (this.backfill ??= new LaneWindows('backfill'));
  }
}

export function packWell(out: PackedWriter, windows: WellWindows, slots: WindowSlots): void {
  const { well, live, backfill } = windows;
  out.count(well.tenant.tenantId);
  out.text(well.tenant.slug);
  out.text(well.tenant.schema);
  out.count((well.tenant.retentionDays ?? -1) + 1);
  out.byte(well.tenant.machineLearning ? 1 : 0);
  out.count(well.siteId);
  out.text(well.site);
  out.text(well.well);
  out.byte((live === null ? 0 : 1) | (backfill === null ? 0 : 2));
  if (live !== null) packLane(out, live, slots);
  if (backfill !== null) packLane(out, backfill, slots);
}

export function unpackWell(from: PackedReader, wellId: number, slots: WindowSlots): WellWindows {
  const tenantId = from.count();
  const slug = from.text();
  const schema = from.text();
  const retention = from.count() - 1;
  const tenant: TenantRef = {
    tenantId,
    slug,
    schema,
    retentionDays: retention < 0 ? null : retention,
    machineLearning: from.byte() === 1,
  };
  const windows = new WellWindows({
    tenant,
    wellId,
    siteId: from.count(),
    site: from.text(),
    well: from.text(),
  });
  const lanes = from.byte();
  if ((lanes & 1) !== 0) unpackLane(from, windows.lane('live'), slots);
  if ((lanes & 2) !== 0) unpackLane(from, windows.lane('backfill'), slots);
  return windows;
}

function packLane(out: PackedWriter, lane: LaneWindows, slots: WindowSlots): void {
  const { table } = lane;
  const end = lane.entries * entryWords;
  let tags = 0;
  for (let at = 0; at < end; at += entryWords) if (table[at + entryOpen]! > 0) tags++;
  out.count(lane.watermarkMs + 1);
  out.count(lane.lastActiveMs);
  out.count(tags);
  let minute = 0;
  for (let at = 0; at < end; at += entryWords) {
    if (table[at + entryOpen] === 0) continue;
    out.count(table[at + entryTag]!);
    out.count(table[at + entryOpen]!);
    for (let slot = table[at + entryHead]!; slot >= 0; slot = slots.ints[slot * slotWords + slotNext]!) {
      minute = packWindow(out, slots, slot, minute);
    }
  }
}

function unpackLane(from: PackedReader, lane: LaneWindows, slots: WindowSlots): void {
  lane.raiseWatermark(from.count() - 1);
  lane.lastActiveMs = from.count();
  let minute = 0;
  for (let tags = from.count(); tags > 0; tags--) {
    const at = lane.entryOf(from.count(), lane.entries);
    for (let windows = from.count(); windows > 0; windows--) {
      minute += from.integer();
      unpackWindow(from, slots, lane.slotOf(at, minute, slots));
    }
  }
}

/** Minutes as differences: windows of a tag follow each other. */
function packWindow(out: PackedWriter, slots: WindowSlots, slot: number, lastMinute: number): number {
  const { doubles, floats, ints } = slots;
  const d = slot * slotDoubles;
  const w = slot * slotWords;
  const minute = ints[w + slotMinute]!;
  const good = ints[w + slotGood]!;
  out.integer(minute - lastMinute);
  out.count(good);
  out.count(ints[w + slotCount]! - good);
  out.count(ints[w + slotFlags]!);
  if (good === 0) return minute;
  out.float64(doubles[d + slotSum]!);
  out.float64(doubles[d + slotSumSquares]!);
  for (const field of [slotMin, slotMax, slotFirst, slotLast]) out.float32(floats[w + field]!);
  out.count(ints[w + slotFirstMs]!);
  out.count(ints[w + slotLastMs]! - ints[w + slotFirstMs]!);
  return minute;
}

function unpackWindow(from: PackedReader, slots: WindowSlots, slot: number): void {
  const { doubles, floats, ints } = slots;
  const d = slot * slotDoubles;
  const w = slot * slotWords;
  const good = from.count();
  ints[w + slotGood] = good;
  ints[w + slotCount] = good + from.count();
  ints[w + slotFlags] = from.count();
  if (good === 0) return;
  doubles[d + slotSum] = from.float64();
  doubles[d + slotSumSquares] = from.float64();
  for (const field of [slotMin, slotMax, slotFirst, slotLast]) floats[w + field] = from.float32();
  const firstMs = from.count();
  ints[w + slotFirstMs] = firstMs;
  ints[w + slotLastMs] = firstMs + from.count();
}
