/** One-minute windows of every well, lane and tag: opened by samples, closed by event time, or by silence in the live lane. */
import { BalancinError } from '#schemas/errors.js';
import type { AdmittedReading } from '#schemas/records/reading.js';
import { allocateWindowBatch, type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import { quality } from '#schemas/signals/quality.js';
import type { CycleClock, Emit, KeyedState, Operator } from '#pipelines/operator.js';
import { Tally } from '#pipelines/tally.js';
import { addRun } from './addRun.js';
import {
  entryAside,
  entryHead,
  entryHeadMinute,
  entryOpen,
  entryTag,
  entryTail,
  entryWords,
  type LaneWindows,
  noMinute,
} from './laneWindows.js';
import { createRunSums, findMinuteEnd, sumGood, sumMixed } from './sumSamples.js';
import { WellTable } from './wellTable.js';
import type { WellWindows } from './wellWindows.js';
import { appendWindow } from './windowBatch.js';
import { slotCount, slotLate, slotMinute, slotNext, slotWords, WindowSlots } from './windowSlots.js';

/** Edge gateways resend within minutes; what comes later makes a late partial, which readers merge (design §6). */
const allowedLatenessMsDefault = 5 * 60_000;
/** Twice the allowed lateness: a well that only pauses between two batches of its edge does not close early. */
const idleTimeoutMsDefault = 10 * 60_000;

export interface WindowOptions {
  readonly allowedLatenessMs?: number;
  readonly idleTimeoutMs?: number;
  /** Windows open at once a well, lane and tag; one more closes the oldest early, as one of several partials. */
  readonly windowsMax?: number;
  /** Rows of the batch that is emitted. */
  readonly batchRows?: number;
  /** Frames and samples written and late, and samples stored as bad, are counted here. */
  readonly tally?: Tally;
}

export interface WindowOperator extends Operator<AdmittedReading, WindowBatch> {
  readonly state: KeyedState;
  endCycle(clock: CycleClock, emit: Emit<WindowBatch>): void;
  /** Samples in windows that are open: counted as written, not yet emitted. */
  openSamples(): number;
}

const windowsMaxDefault = 32;
const batchRowsDefault = 4096;

export function createWindowOperator(options: WindowOptions = {}): WindowOperator {
  return new MinuteWindows(options);
}

class MinuteWindows implements WindowOperator {
  readonly name = 'window';
  readonly state: KeyedState;
  readonly #allowedLatenessMs: number;
  readonly #idleTimeoutMs: number;
  readonly #windowsMax: number;
  readonly #batchRows: number;
  readonly #batch: WindowBatch;
  readonly #tally: Tally;
  readonly #slots = new WindowSlots();
  readonly #wells: WellTable;
  readonly #run = createRunSums();
  readonly #minute = { startDt: 0, endDt: 0 };
  #touched: LaneWindows[] = [];
  /** Wells with samples aside in some lane. */
  #aside: WellWindows[] = [];
  #emit: Emit<WindowBatch> = () => undefined;
  /** Greatest of the live lanes' watermarks. */
  #watermarkMs = Number.NEGATIVE_INFINITY;
  /** No lane can be idle before this time by the cycle clock, ms. */
  #nextIdleMs = 0;
  // Of the frame in work.
  #lateSamples = 0;
  #badSamples = 0;
  #latestDt = 0;

  constructor(options: WindowOptions) {
    this.#allowedLatenessMs = options.allowedLatenessMs ?? allowedLatenessMsDefault;
    this.#idleTimeoutMs = options.idleTimeoutMs ?? idleTimeoutMsDefault;
    this.#windowsMax = options.windowsMax ?? windowsMaxDefault;
    this.#batchRows = options.batchRows ?? batchRowsDefault;
    this.#tally = options.tally ?? new Tally();
    this.#batch = allocateWindowBatch(this.#batchRows);
    this.#wells = new WellTable(this.#slots, () => {
      if (this.#batch.length === 0 && this.#aside.length === 0) return;
      throw new BalancinError('BUG', 'window state was drained before the end of a cycle');
    });
    this.state = this.#wells;
  }

  process(input: AdmittedReading, emit: Emit<WindowBatch>): void {
    const { reading, tagIds } = input;
    const { starts, allGood, ordered } = reading;
    const well = this.#wells.touch(input.well);
    const lane = well.lane(input.lane);
    if (!lane.touched) {
      lane.touched = true;
      this.#touched.push(lane);
    }
    this.#emit = emit;
    this.#lateSamples = 0;
    this.#badSamples = 0;
    this.#latestDt = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < reading.seriesCount; s++) {
      const from = starts[s]!;
      const to = starts[s + 1]!;
      if (from === to) continue;
      const at = lane.entryOf(tagIds[s]!, s);
      if (allGood[s] === 1 && ordered[s] === 1) this.#addGood(well, lane, at, input, from, to);
      else this.#addMixed(well, lane, at, input, from, to);
    }
    if (this.#latestDt > Number.NEGATIVE_INFINITY) {
      // Only after the whole frame: its own series never make each other late.
      const watermarkMs = reading.t0Ms + this.#latestDt - this.#allowedLatenessMs;
      lane.raiseWatermark(watermarkMs);
      if (watermarkMs > this.#watermarkMs && input.lane === 'live') this.#watermarkMs = watermarkMs;
      if (lane.oldestMinute < lane.closedMinute) this.#close(well, lane);
    }
    this.#count(reading.sampleCount);
  }

  endCycle(clock: CycleClock, emit: Emit<WindowBatch>): void {
    this.#emit = emit;
    for (const well of this.#aside) {
      if (well.live?.hasAside) this.#flushAside(well, well.live);
      if (well.backfill?.hasAside) this.#flushAside(well, well.backfill);
    }
    this.#aside = [];
    for (const lane of this.#touched) {
      lane.touched = false;
      lane.lastActiveMs = clock.nowMs;
    }
    this.#touched = [];
    if (clock.nowMs >= this.#nextIdleMs) this.#closeIdle(clock.nowMs);
    this.#flush();
  }

  watermarkMs(): number | null {
    return this.#watermarkMs === Number.NEGATIVE_INFINITY ? null : this.#watermarkMs;
  }

  openSamples(): number {
    let samples = 0;
    for (const { live, backfill } of this.#wells.all()) {
      if (live !== null) samples += this.#openSamplesOf(live);
      if (backfill !== null) samples += this.#openSamplesOf(backfill);
    }
    return samples;
  }

  #openSamplesOf(lane: LaneWindows): number {
    let samples = 0;
    for (let at = 0; at < lane.entries * entryWords; at += entryWords) {
      let slot = lane.table[at + entryHead]!;
      for (; slot >= 0; slot = this.#slots.ints[slot * slotWords + slotNext]!) {
        samples += this.#slots.ints[slot * slotWords + slotCount]!;
      }
    }
    return samples;
  }

  /** A series in order and all good: minute by minute, each in one tight loop. */
  #addGood(
    well: WellWindows,
    lane: LaneWindows,
    at: number,
    input: AdmittedReading,
    from: number,
    to: number,
  ): void {
    const { values, dtMs, t0Ms } = input.reading;
    const run = this.#run;
    for (let i = from; i < to; i = run.end) {
      const minute = Math.floor((t0Ms + dtMs[i]!) / windowMs);
      const startDt = minute * windowMs - t0Ms;
      sumGood(values, dtMs, i, findMinuteEnd(dtMs, i, to, startDt + windowMs), run);
      this.#add(well, lane, at, minute, startDt);
    }
    if (run.lastDt > this.#latestDt) this.#latestDt = run.lastDt;
  }

  #addMixed(
    well: WellWindows,
    lane: LaneWindows,
    at: number,
    input: AdmittedReading,
    from: number,
    to: number,
  ): void {
    const { reading } = input;
    const run = this.#run;
    for (let i = from; i < to; i = run.end) {
      const minute = Math.floor((reading.t0Ms + reading.dtMs[i]!) / windowMs);
      const startDt = minute * windowMs - reading.t0Ms;
      this.#minute.startDt = startDt;
      this.#minute.endDt = startDt + windowMs;
      sumMixed(reading, i, to, this.#minute, run);
      this.#badSamples += run.bad + run.faults;
      if (run.latestDt > this.#latestDt) this.#latestDt = run.latestDt;
      if (run.count > 0) this.#add(well, lane, at, minute, startDt);
      if (run.faults > 0) this.#addFaults(well, lane, at, minute, startDt);
    }
  }

  /** Into the open window of that minute, or aside where it has closed. */
  #add(well: WellWindows, lane: LaneWindows, at: number, minute: number, startDt: number): void {
    let slot: number;
    if (minute < lane.closedMinute) {
      slot = this.#asideSlot(well, lane, at, minute, 1);
      this.#lateSamples += this.#run.count;
    } else {
      slot = lane.slotOf(at, minute, this.#slots);
      if (lane.table[at + entryOpen]! > this.#windowsMax) {
        const oldest = lane.takeOldestBut(at, slot, this.#slots);
        this.#append(well, lane, at, oldest);
      }
    }
    addRun(this.#slots, slot, this.#run, startDt);
  }

  /** A wrong clock says nothing about when its window ends: such samples leave at the end of the cycle, as a partial. */
  #addFaults(well: WellWindows, lane: LaneWindows, at: number, minute: number, startDt: number): void {
    const run = this.#run;
    const { faults } = run;
    const late = minute < lane.closedMinute ? 1 : 0;
    if (late === 1) this.#lateSamples += faults;
    run.count = faults;
    run.good = 0;
    run.flags = 1 << quality.badClockFault;
    addRun(this.#slots, this.#asideSlot(well, lane, at, minute, late), run, startDt);
  }

  #asideSlot(well: WellWindows, lane: LaneWindows, at: number, minute: number, late: number): number {
    const slots = this.#slots;
    let length = 0;
    let before = -1;
    let slot = lane.table[at + entryAside]!;
    for (; slot >= 0; slot = slots.ints[slot * slotWords + slotNext]!) {
      const w = slot * slotWords;
      if (slots.ints[w + slotMinute] === minute && slots.ints[w + slotLate] === late) return slot;
      if (++length >= this.#windowsMax) break;
      before = slot;
    }
    if (slot >= 0) {
      // The list is full: its last window leaves early.
      if (before < 0) lane.table[at + entryAside] = -1;
      else slots.ints[before * slotWords + slotNext] = -1;
      this.#append(well, lane, at, slot);
    }
    const taken = slots.take(minute, late);
    slots.ints[taken * slotWords + slotNext] = lane.table[at + entryAside]!;
    lane.table[at + entryAside] = taken;
    if (!lane.hasAside) {
      lane.hasAside = true;
      this.#aside.push(well);
    }
    return taken;
  }

  #flushAside(well: WellWindows, lane: LaneWindows): void {
    for (let at = 0; at < lane.entries * entryWords; at += entryWords) {
      let slot = lane.table[at + entryAside]!;
      lane.table[at + entryAside] = -1;
      while (slot >= 0) {
        const next = this.#slots.ints[slot * slotWords + slotNext]!;
        this.#append(well, lane, at, slot);
        slot = next;
      }
    }
    lane.hasAside = false;
  }

  /** Emits every window before `closedMinute`, minute by minute, so that the tags of a minute stand together. */
  #close(well: WellWindows, lane: LaneWindows): void {
    const end = lane.entries * entryWords;
    let minute = lane.oldestMinute;
    while (minute < lane.closedMinute) {
      let next = noMinute;
      for (let at = 0; at < end; at += entryWords) {
        if (lane.table[at + entryHeadMinute] === minute) {
          this.#append(well, lane, at, lane.takeHead(at, this.#slots));
        }
        const head = lane.table[at + entryHeadMinute]!;
        if (head < next) next = head;
      }
      minute = next;
    }
    lane.oldestMinute = minute;
  }

  /** Live lanes that had no frame for the timeout: silence is all that can close their last windows. */
  #closeIdle(nowMs: number): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const well of this.#wells.all()) {
      const lane = well.live;
      if (lane === null || lane.open === 0) continue;
      const idleAtMs = lane.lastActiveMs + this.#idleTimeoutMs;
      if (nowMs < idleAtMs) {
        if (idleAtMs < nextMs) nextMs = idleAtMs;
        continue;
      }
      this.#wells.markDirty(well);
      lane.raiseWatermark((this.#newestMinute(lane) + 1) * windowMs);
      this.#close(well, lane);
    }
    this.#nextIdleMs = Math.min(nextMs, nowMs + this.#idleTimeoutMs);
  }

  #newestMinute(lane: LaneWindows): number {
    let newest = lane.closedMinute;
    for (let at = 0; at < lane.entries * entryWords; at += entryWords) {
      const tail = lane.table[at + entryTail]!;
      if (tail >= 0) newest = Math.max(newest, this.#slots.ints[tail * slotWords + slotMinute]!);
    }
    return newest;
  }

  /** Moves a window into the batch and gives its slot back. */
  #append(well: WellWindows, lane: LaneWindows, at: number, slot: number): void {
    if (this.#batch.length === this.#batchRows) this.#flush();
    appendWindow(this.#batch, well.well, lane.lane, lane.table[at + entryTag]!, this.#slots, slot);
    this.#slots.give(slot);
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    this.#emit(this.#batch);
    this.#batch.length = 0;
  }

  #count(samples: number): void {
    const late = this.#lateSamples;
    this.#tally.frames[late > 0 ? 'late' : 'written']++;
    this.#tally.samples.late += late;
    this.#tally.samples.written += samples - late;
    this.#tally.badSamples += this.#badSamples;
  }
}
