/** Laws of the one-minute windows. */
import test from 'ava';
import * as fc from 'fast-check';
import type { AdmittedReading, Lane } from '#schemas/records/reading.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import { quality } from '#schemas/signals/quality.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { FrameDecoder } from '#pipelines/decode/frameDecoder.js';
import { ReadingColumns } from '#pipelines/decode/readingColumns.js';
import { StringCache } from '#pipelines/decode/stringCache.js';
import { BalancinError } from '#schemas/errors.js';
import { Tally } from '#pipelines/tally.js';
import { createWindowOperator, type WindowOptions } from './windowOperator.js';

const minute = windowMs;
/** Start of the timelines below: 0' is this minute. */
const originMs = Date.UTC(2026, 4, 1, 12);

interface Sample {
  /** After the origin, ms. */
  readonly atMs: number;
  readonly value?: number;
  readonly code?: number;
}
interface Input {
  readonly wellId?: number;
  readonly lane?: Lane;
  readonly tags: Readonly<Record<number, readonly Sample[]>>;
}

/** A row as a reader sees it, minutes after the origin. */
interface Row {
  wellId: number;
  lane: Lane;
  tagId: number;
  minute: number;
  count: number;
  good: number;
  flags: number;
  sum: number;
  sumSquares: number;
  min: number;
  max: number;
  first: number;
  last: number;
  firstMs: number;
  lastMs: number;
  late: number;
}

function wellOf(wellId: number): WellRef {
  const tenant = { tenantId: 3, slug: 'acme', schema: 't_acme', retentionDays: null, machineLearning: false };
  return { tenant, wellId, siteId: 1, site: 's1', well: `w${wellId}` };
}

function rowsOf(batch: WindowBatch): Row[] {
  return Array.from({ length: batch.length }, (_, i) => ({
    wellId: batch.wells[i]!.wellId,
    lane: batch.lanes[i]!,
    tagId: batch.tagIds[i]!,
    minute: (batch.startMs[i]! - originMs) / minute,
    count: batch.counts[i]!,
    good: batch.goods[i]!,
    flags: batch.flags[i]!,
    sum: batch.sums[i]!,
    sumSquares: batch.sumSquares[i]!,
    min: batch.mins[i]!,
    max: batch.maxs[i]!,
    first: batch.firsts[i]!,
    last: batch.lasts[i]!,
    firstMs: batch.firstMs[i]!,
    lastMs: batch.lastMs[i]!,
    late: batch.late[i]!,
  }));
}

/** Frames go through the real decoder, so that the flags of the reading are what they are in production. */
function setup(options: WindowOptions = {}) {
  const tally = new Tally();
  const operator = createWindowOperator({
    allowedLatenessMs: 0,
    idleTimeoutMs: 10 * minute,
    tally,
    ...options,
  });
  const columns = new ReadingColumns();
  const decoder = new FrameDecoder(columns, new StringCache());
  const rows: Row[] = [];
  let largestBatch = 0;
  const emit = (batch: WindowBatch) => {
    largestBatch = Math.max(largestBatch, batch.length);
    rows.push(...rowsOf(batch));
  };
  const drain = () => rows.splice(0);
  return {
    operator,
    tally,
    drain,
    largest: () => largestBatch,
    send: (input: Input): void => {
      const tagIds = Object.keys(input.tags).map(Number);
      const series = Object.values(input.tags).map((samples, s) => ({
        tag: `tag${tagIds[s]}`,
        dtMs: samples.map((x) => x.atMs),
        value: samples.map((x) => x.value ?? 1),
        quality: samples.some((x) => x.code)
          ? Uint8Array.from(samples, (x) => x.code ?? 0)
          : new Uint8Array(0),
      }));
      const names = { tenant: 'acme', site: 's1', well: 'w', stream: 'fast', epoch: 1, seq: 1 };
      const frame = encodeFrame({ ...names, t0: originMs, historical: false, series });
      if (decoder.decode(frame, 0) !== null) throw new Error('not a frame');
      const admitted: AdmittedReading = {
        reading: columns,
        well: wellOf(input.wellId ?? 1),
        lane: input.lane ?? 'live',
        arrivalMs: originMs,
        tagIds: Int32Array.from(tagIds),
      };
      operator.process(admitted, emit);
    },
    /** Ends the cycle at that time and gives the rows since the last. */
    cycle: (nowMs: number): Row[] => {
      operator.endCycle({ nowMs: originMs + nowMs }, emit);
      return drain();
    },
  };
}

const at = (...times: number[]): Sample[] => times.map((atMs) => ({ atMs }));
/** `minute×count`, with `late` where it is. */
const brief = (rows: readonly Row[]) =>
  rows.map((r) => `${r.tagId}@${r.minute}×${r.count}${r.late ? ' late' : ''}`);

test('a sample exactly on the boundary belongs to the later window', (t) => {
  //   0'              1'              2'
  // ──┼───────────────┼───────────────┼──▶
  //   ●              ●●              ●●
  const { send, cycle } = setup();
  send({ tags: { 7: at(0, minute - 1, minute, 2 * minute - 1, 2 * minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×2', '7@1×2']);
});

test('a window holds count, sums, extremes, first and last of its samples', (t) => {
  const { send, cycle } = setup();
  const samples = [
    { atMs: 100, value: 3 },
    { atMs: 200, value: -2 },
    { atMs: 50_000, value: 8 },
    { atMs: 59_999, value: 1 },
  ];
  send({ tags: { 7: samples } });
  send({ tags: { 7: at(minute) } });
  const sums = { count: 4, good: 4, flags: 1, sum: 10, sumSquares: 78, min: -2, max: 8 };
  const ends = { first: 3, last: 1, firstMs: 100, lastMs: 59_999 };
  const row = { wellId: 1, lane: 'live' as const, tagId: 7, minute: 0, ...sums, ...ends, late: 0 };
  t.deepEqual(cycle(0), [row]);
});

test('a window closes when the watermark reaches its end, not a millisecond before', (t) => {
  //   0'        1'        2'   lateness 1 min
  // ──┼─────────┼─────────┼──▶
  //   ●                  ●●
  //                      │└ watermark 1': 0' closes
  //                      └ watermark 1' less 1 ms
  const { send, cycle } = setup({ allowedLatenessMs: minute });
  send({ tags: { 7: at(0) } });
  send({ tags: { 7: at(2 * minute - 1) } });
  t.deepEqual(cycle(0), []);
  send({ tags: { 7: at(2 * minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1']);
});

test('a window that spans frames is one window', (t) => {
  const { send, cycle } = setup();
  send({ tags: { 7: at(0, 1000) } });
  send({ tags: { 7: at(2000, 3000) } });
  send({ tags: { 7: at(minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×4']);
});

test('what comes within the allowed lateness is not late, whatever its order', (t) => {
  //   0'        1'        2'   lateness 1 min
  // ──┼─────────┼─────────┼──▶
  //   ③         ①        ② (2' less 1 ms)
  const { send, cycle, tally } = setup({ allowedLatenessMs: minute });
  send({ tags: { 7: at(minute) } });
  send({ tags: { 7: at(2 * minute - 1) } });
  send({ tags: { 7: at(0) } });
  send({ tags: { 7: at(4 * minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1', '7@1×2']);
  t.is(tally.samples.late, 0);
});

test('what comes later makes one late partial a window and cycle', (t) => {
  //   0'        1'        2'   lateness 0
  // ──┼─────────┼─────────┼──▶
  //   ①         ②
  //    ③ ④                        same cycle: one partial of 2
  //      ⑤                        next cycle: one more of 1
  const { send, cycle, tally } = setup();
  send({ tags: { 7: at(0) } });
  send({ tags: { 7: at(minute) } });
  send({ tags: { 7: at(1000) } });
  send({ tags: { 7: at(2000) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1', '7@0×2 late']);
  send({ tags: { 7: at(2500) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1 late']);
  t.deepEqual(tally.frames, { written: 2, late: 3, duplicate: 0, rejected: 0 });
  t.deepEqual(tally.samples, { written: 2, late: 3, duplicate: 0, rejected: 0 });
});

test('the series of one frame do not make each other late', (t) => {
  const { send, cycle, tally } = setup();
  send({ tags: { 7: at(0, minute, 2 * minute), 8: at(0, minute, 2 * minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1', '8@0×1', '7@1×1', '8@1×1']);
  t.is(tally.samples.late, 0);
});

test('a clock fault moves no watermark, opens no window and leaves as a partial without usable samples', (t) => {
  //   0'        1'   …   600'
  // ──┼─────────┼────────┼──▶
  //   ①③                 ② clock fault
  const { send, cycle, tally } = setup();
  send({ tags: { 7: at(0) } });
  send({ tags: { 7: [{ atMs: 600 * minute, code: quality.badClockFault }] } });
  send({ tags: { 7: at(1000) } });
  const rows = cycle(0);
  t.deepEqual(brief(rows), ['7@600×1']);
  t.like(rows[0], {
    good: 0,
    flags: 1 << quality.badClockFault,
    sum: 0,
    min: Number.NaN,
    first: Number.NaN,
    lastMs: 0,
  });
  send({ tags: { 7: at(minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×2']);
  t.deepEqual([tally.samples.written, tally.samples.late, tally.badSamples], [4, 0, 1]);
});

test('bad samples are counted and flagged, their values are not summed', (t) => {
  const { send, cycle, tally } = setup();
  const samples = [
    { atMs: 0, value: 900, code: quality.badSentinel },
    { atMs: 1, value: 5, code: quality.uncertain },
    { atMs: 2, value: Number.NaN },
    { atMs: 3, value: 7 },
    { atMs: 4, value: 900, code: quality.bad },
  ];
  send({ tags: { 7: samples } });
  send({ tags: { 7: at(minute) } });
  const flags = [quality.badSentinel, quality.uncertain, quality.badNotANumber, 0, quality.bad];
  const [row] = cycle(0);
  t.like(row, {
    count: 5,
    good: 2,
    sum: 12,
    sumSquares: 74,
    min: 5,
    max: 7,
    first: 5,
    last: 7,
    firstMs: 1,
    lastMs: 3,
  });
  t.is(
    row!.flags,
    flags.reduce((bits, code) => bits | (1 << code), 0),
  );
  t.is(tally.badSamples, 3);
});

test('samples at one time: the least is the first, the greatest the last, however they are cut into frames', (t) => {
  const values = [4, 2, 9, 3];
  for (const cut of [[4], [1, 3], [2, 2], [1, 1, 1, 1]]) {
    const { send, cycle } = setup();
    let i = 0;
    for (const n of cut) {
      send({ tags: { 7: values.slice(i, i + n).map((value) => ({ atMs: 500, value })) } });
      i += n;
    }
    send({ tags: { 7: at(minute) } });
    t.like(cycle(0)[0], { count: 4, first: 2, last: 9, firstMs: 500, lastMs: 500 });
  }
});

test('a live well that falls silent closes its windows after the timeout, a backfill does not', (t) => {
  //  cycle clock 0'          9:59           10'
  //  ──●──────────────────────┼──────────────┼──▶  timeout 10 min
  //    frames                 nothing        live closes
  const { send, cycle } = setup();
  send({ tags: { 7: at(0, minute) } });
  send({ wellId: 2, lane: 'backfill', tags: { 7: at(0) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1']);
  t.deepEqual(cycle(10 * minute - 1), []);
  const rows = cycle(10 * minute);
  t.deepEqual(brief(rows), ['7@1×1']);
  t.like(rows[0], { wellId: 1, lane: 'live' });
  t.deepEqual(cycle(1000 * minute), []);
});

test('a frame in each cycle keeps a well from being idle', (t) => {
  const { send, cycle } = setup();
  for (let i = 0; i < 30; i++) {
    send({ tags: { 7: at(i) } });
    t.deepEqual(cycle(i * 9 * minute), []);
  }
});

test('what comes for a window that silence closed is late; the next minute is not', (t) => {
  const { send, cycle } = setup();
  send({ tags: { 7: at(0) } });
  cycle(0);
  t.deepEqual(brief(cycle(10 * minute)), ['7@0×1']);
  send({ tags: { 7: at(1000, minute, 2 * minute) } });
  t.deepEqual(brief(cycle(10 * minute)), ['7@1×1', '7@0×1 late']);
});

test('live and backfill of a well have watermarks of their own', (t) => {
  const { send, cycle, tally } = setup();
  send({ tags: { 7: at(600 * minute) } });
  send({ lane: 'backfill', tags: { 7: at(0, minute) } });
  const rows = cycle(0);
  t.deepEqual(brief(rows), ['7@0×1']);
  t.is(rows[0]!.lane, 'backfill');
  t.is(tally.samples.late, 0);
});

test('one sample a day makes one window a day', (t) => {
  const { send, cycle } = setup();
  const days = [0, 1440, 2880].map((m) => m * minute);
  for (const day of days) send({ lane: 'backfill', tags: { 7: at(day) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1', '7@1440×1']);
});

test('samples at 1 kHz fill windows of 60,000', (t) => {
  const { send, cycle } = setup();
  send({ tags: { 7: Array.from({ length: 150_000 }, (_, i) => ({ atMs: i })) } });
  t.deepEqual(brief(cycle(0)), ['7@0×60000', '7@1×60000']);
});

test('one window beyond the limit closes the oldest early, as a partial that is not late', (t) => {
  const { send, cycle } = setup({ allowedLatenessMs: 100 * minute, windowsMax: 3 });
  send({ tags: { 7: at(0, minute, 2 * minute) } });
  t.deepEqual(cycle(0), []);
  send({ tags: { 7: at(3 * minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1']);
  // The oldest of those open but the one in use.
  send({ tags: { 7: at(0) } });
  t.deepEqual(brief(cycle(0)), ['7@1×1']);
  send({ tags: { 7: at(200 * minute) } });
  t.deepEqual(brief(cycle(0)), ['7@0×1', '7@2×1', '7@3×1']);
});

test('late partials of more windows than the limit leave early too', (t) => {
  const { send, cycle, operator } = setup({ windowsMax: 3 });
  send({ tags: { 7: at(100 * minute) } });
  send({ tags: { 7: at(...Array.from({ length: 50 }, (_, i) => i * minute)) } });
  t.is(cycle(0).filter((row) => row.late === 1).length, 50);
  t.is(operator.openSamples(), 1);
});

test('a batch is never larger than its capacity, and nothing is lost between batches', (t) => {
  const { send, cycle, largest } = setup({ batchRows: 4 });
  send({ tags: { 7: at(...Array.from({ length: 31 }, (_, i) => i * minute)), 8: at(0) } });
  t.is(cycle(0).length, 31);
  t.is(largest(), 4);
});

test('state drained before the end of a cycle is refused: rows are held that it does not carry', (t) => {
  const { send, operator } = setup();
  send({ tags: { 7: at(0, minute) } });
  const out = { put: () => undefined, remove: () => undefined };
  t.is(t.throws(() => operator.state.drainChanges(out), { instanceOf: BalancinError }).code, 'BUG');
});

test('only wells that a frame or silence changed are drained', (t) => {
  const { send, cycle, operator } = setup();
  const changed = () => {
    const keys: number[] = [];
    operator.state.drainChanges({ put: (key) => keys.push(key), remove: () => undefined });
    return keys;
  };
  send({ wellId: 1, tags: { 7: at(0) } });
  send({ wellId: 2, tags: { 7: at(0) } });
  cycle(0);
  t.deepEqual(changed(), [1, 2]);
  send({ wellId: 2, tags: { 7: at(1) } });
  cycle(9 * minute);
  t.deepEqual(changed(), [2]);
  cycle(10 * minute);
  t.deepEqual(changed(), [1]);
  t.deepEqual(changed(), []);
});

test('wells of a restored state close by silence with all that is known of them', (t) => {
  const before = setup();
  before.send({ tags: { 7: at(0) } });
  before.cycle(0);
  const after = setup();
  before.operator.state.drainAll({
    put: (key, value) => after.operator.state.restore(key, value),
    remove: () => undefined,
  });
  const wells: WellRef[] = [];
  after.operator.endCycle({ nowMs: originMs + 10 * minute }, (batch) => wells.push(batch.wells[0]!));
  t.deepEqual(wells, [wellOf(1)]);
});

test('an open window takes less than 60 bytes of state', (t) => {
  const { send, cycle, operator } = setup({ allowedLatenessMs: 5 * minute });
  const tags = Object.fromEntries(
    Array.from({ length: 10 }, (_, tag) => [
      tag,
      Array.from({ length: 300 }, (_, i) => ({ atMs: i * 1000, value: Math.sin(i) })),
    ]),
  );
  send({ tags });
  cycle(0);
  let bytes = 0;
  operator.state.drainAll({ put: (_, value) => (bytes += value.length), remove: () => undefined });
  t.true(bytes < 50 * 60 + 100, `${bytes} bytes`);
});

/** Merges rows as readers do (`schemas/records/windowAggregate.ts`). */
function merge(rows: readonly Row[]): Map<string, Omit<Row, 'late'>> {
  const merged = new Map<string, Omit<Row, 'late'>>();
  for (const { late: _, ...row } of rows) {
    const key = `${row.wellId} ${row.lane} ${row.tagId} ${row.minute}`;
    const held = merged.get(key);
    if (held === undefined) {
      merged.set(key, row);
      continue;
    }
    const [a, b] = held.good === 0 ? [row, held] : [held, row];
    const joined = { ...a, count: a.count + b.count, flags: a.flags | b.flags };
    if (b.good > 0) {
      joined.good += b.good;
      joined.sum += b.sum;
      joined.sumSquares += b.sumSquares;
      joined.min = Math.min(a.min, b.min);
      joined.max = Math.max(a.max, b.max);
      const bFirst = b.firstMs < a.firstMs || (b.firstMs === a.firstMs && b.first < a.first);
      const bLast = b.lastMs > a.lastMs || (b.lastMs === a.lastMs && b.last > a.last);
      Object.assign(joined, bFirst ? { first: b.first, firstMs: b.firstMs } : {});
      Object.assign(joined, bLast ? { last: b.last, lastMs: b.lastMs } : {});
    }
    merged.set(key, joined);
  }
  return merged;
}

/** What the windows must come to: each sample a row of its own, merged. */
function expected(inputs: readonly Input[]): Map<string, Omit<Row, 'late'>> {
  const rows: Row[] = [];
  for (const { wellId = 1, lane = 'live', tags } of inputs) {
    for (const [tag, samples] of Object.entries(tags)) {
      for (const { atMs, value = 1, code = 0 } of samples) {
        const of = { wellId, lane, tagId: Number(tag), minute: Math.floor(atMs / minute), late: 0 };
        const usable = code < 2;
        const v = usable ? value : Number.NaN;
        const ms = usable ? atMs - of.minute * minute : 0;
        const sums = usable ? { good: 1, sum: v, sumSquares: v * v } : { good: 0, sum: 0, sumSquares: 0 };
        const ends = { min: v, max: v, first: v, last: v, firstMs: ms, lastMs: ms };
        rows.push({ ...of, ...sums, ...ends, count: 1, flags: 1 << code });
      }
    }
  }
  return merge(rows);
}

function sorted(windows: ReadonlyMap<string, Omit<Row, 'late'>>): (readonly [string, Omit<Row, 'late'>])[] {
  return [...windows].sort(([a], [b]) => (a < b ? -1 : 1));
}

// Values k/8: their sums are exact in any order.
const sample = (times: fc.Arbitrary<number>) =>
  fc.record({
    atMs: times,
    value: fc.integer({ min: -32_768, max: 32_767 }).map((k) => k / 8),
    code: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2, quality.badClockFault),
  });
const anyTime = fc.oneof(
  fc.nat(6 * minute),
  fc.nat(6).map((n) => n * minute),
  fc.nat(40).map((n) => n * minute),
);
const scattered = fc.array(sample(anyTime), { maxLength: 12 });
const steady = fc
  .tuple(fc.nat(20), fc.nat(4000), fc.array(sample(fc.constant(0)), { maxLength: 60 }), fc.boolean())
  .map(([start, step, samples, clean]) =>
    samples.map((s, i) => ({ ...s, atMs: start * 10_000 + i * step, code: clean ? 0 : s.code })),
  );
const frame = fc.record({
  wellId: fc.integer({ min: 1, max: 2 }),
  lane: fc.constantFrom<Lane>('live', 'backfill'),
  tags: fc.dictionary(fc.constantFrom('7', '8', '9'), fc.oneof(scattered, steady), { maxKeys: 3 }),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('frame' as const), frame }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cycle' as const), afterMs: fc.nat(8 * minute) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), all: fc.boolean() }) },
);

test('in = closed + open + late; merged windows are those of the samples, however the run is cut by cycles and restores', (t) => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.record({
        allowedLatenessMs: fc.constantFrom(0, minute, 5 * minute),
        windowsMax: fc.constantFrom(1, 2, 32),
      }),
      (steps, options) => {
        let run = setup({ ...options, batchRows: 8 });
        const stored = new Map<number, Uint8Array>();
        const store = {
          put: (key: number, value: Uint8Array) => void stored.set(key, value.slice()),
          remove: (key: number) => void stored.delete(key),
        };
        const rows: Row[] = [];
        const inputs: Input[] = [];
        let nowMs = 0;
        let [written, late, bad] = [0, 0, 0];
        const retire = () => {
          written += run.tally.samples.written;
          late += run.tally.samples.late;
          bad += run.tally.badSamples;
        };
        for (const each of steps) {
          if (each.kind === 'frame') {
            const input: Input = { ...each.frame, tags: { ...each.frame.tags } };
            run.send(input);
            inputs.push(input);
          } else {
            if (each.kind === 'cycle') nowMs += each.afterMs;
            rows.push(...run.cycle(nowMs));
            if (each.kind === 'restore') {
              if (each.all) run.operator.state.drainAll(store);
              else run.operator.state.drainChanges(store);
              retire();
              run = setup({ ...options, batchRows: 8 });
              for (const [key, value] of stored) run.operator.state.restore(key, value);
            }
          }
        }
        rows.push(...run.cycle(nowMs));
        const open = run.operator.openSamples();
        retire();
        const samples = inputs.flatMap((input) => Object.values(input.tags).flat());
        const countOf = (some: readonly Row[]) => some.reduce((sum, row) => sum + row.count, 0);
        t.is(written + late, samples.length);
        t.is(countOf(rows) + open, samples.length);
        t.is(countOf(rows.filter((row) => row.late === 1)), late);
        t.is(bad, samples.filter((s) => (s.code ?? 0) >= 2).length);
        // What is still open closes by event time.
        for (const input of inputs) run.send({ ...input, tags: { 99: at(1000 * minute) } });
        rows.push(...run.cycle(nowMs));
        t.deepEqual(sorted(merge(rows)), sorted(expected(inputs)));
      },
    ),
    { numRuns: 400 },
  );
});

test('an interrupted run emits what an uninterrupted one does, given the same cycle clocks', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const calm = setup({ allowedLatenessMs: minute });
      let moved = setup({ allowedLatenessMs: minute });
      let nowMs = 0;
      const key = (row: Row) => JSON.stringify(row);
      for (const each of steps) {
        if (each.kind === 'frame') {
          calm.send({ ...each.frame, tags: { ...each.frame.tags } });
          moved.send({ ...each.frame, tags: { ...each.frame.tags } });
          continue;
        }
        if (each.kind === 'cycle') nowMs += each.afterMs;
        t.deepEqual(moved.cycle(nowMs).map(key).sort(), calm.cycle(nowMs).map(key).sort());
        if (each.kind === 'cycle') continue;
        const next = setup({ allowedLatenessMs: minute });
        moved.operator.state.drainAll({
          put: (k, value) => next.operator.state.restore(k, value),
          remove: () => undefined,
        });
        moved = next;
      }
    }),
  );
});
