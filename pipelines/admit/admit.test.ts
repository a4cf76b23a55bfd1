/** Laws of admission. */
import test from 'ava';
import * as fc from 'fast-check';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import { quality } from '#schemas/signals/quality.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { FrameDecoder } from '#pipelines/decode/frameDecoder.js';
import { ReadingColumns } from '#pipelines/decode/readingColumns.js';
import { StringCache } from '#pipelines/decode/stringCache.js';
import { type AdmitOptions, createAdmit, type FrameSource } from './admit.js';
import type { ExpiredGap } from './frameIdentities.js';
import { isSiteKey } from './isSiteKey.js';
import type { WellDirectory } from './wellDirectory.js';
import { epochsMax } from './wellStreams.js';

const arrivalMs = Date.UTC(2026, 4, 1, 12);
const minuteMs = 60_000;
const hourMs = 3_600_000;

const tenant: TenantRef = {
  tenantId: 1,
  slug: 'acme',
  schema: 't_acme',
  retentionDays: 365,
  machineLearning: true,
};
const well: WellRef = { tenant, wellId: 5, siteId: 2, site: 's1', well: 'w1' };

/** One well; tags named `esp.` have an id, the others none. */
const directory: WellDirectory = {
  find: (slug, site, name) =>
    slug !== 'acme' ? 'unknown-tenant' : site === 's1' && name === 'w1' ? well : 'unknown-well',
  tenant: () => undefined,
  tagId: (_, tag) => (tag.startsWith('esp.') ? 100 + tag.length : -1),
  tagName: (_, id) => `esp.${'x'.repeat(id - 104)}`,
  resolve: () => Promise.resolve(),
};

function setup(options: Partial<AdmitOptions> = {}) {
  const expired: ExpiredGap[] = [];
  const onExpired = (gap: ExpiredGap) => expired.push(gap);
  const admit = createAdmit({ directory, onExpired, ...options });
  const columns = new ReadingColumns();
  const decoder = new FrameDecoder(columns, new StringCache());
  const decode = (frame: Partial<EdgeFrame>): FrameSource => {
    const whole = { ...plain, ...frame };
    if (decoder.decode(encodeFrame(whole), 0) !== null) throw new Error('not a frame');
    return {
      topic: 'edge.telemetry.v1',
      arrivalMs,
      key: Buffer.from(`${whole.tenant}/${whole.site}`),
      final: true,
    };
  };
  /** The outcome, or the reason where it is a rejection. */
  const send = (frame: Partial<EdgeFrame>, source: Partial<FrameSource> = {}): string => {
    const outcome = admit.admit(columns, { ...decode(frame), ...source });
    return typeof outcome === 'string' ? outcome : outcome.reason;
  };
  return { admit, columns, send, decode, expired };
}

const samples = (...dtMs: number[]) => [
  { tag: 'esp.pip', dtMs, value: dtMs.map(() => 1), quality: new Uint8Array(0) },
];
const plain: EdgeFrame = {
  tenant: 'acme',
  site: 's1',
  well: 'w1',
  stream: 'fast',
  epoch: 1,
  seq: 0,
  t0: arrivalMs - minuteMs,
  historical: false,
  series: samples(0, 1000),
};

test('a frame is admitted with its well, lane, arrival and tag ids', (t) => {
  const { admit, columns, send } = setup();
  t.is(send({ series: [...samples(1), { ...samples(2)[0]!, tag: 'esp.long' }] }), 'admitted');
  const { reading, well: found, lane, arrivalMs: arrival, tagIds } = admit.admitted;
  t.is(reading, columns);
  t.is(found, well);
  t.deepEqual([lane, arrival, tagIds[0], tagIds[1]], ['live', arrivalMs, 107, 108]);
});

test('what is historical or comes over the backfill topic is of the backfill lane', (t) => {
  const { admit, send } = setup();
  t.is(send({ seq: 0, historical: true }), 'admitted');
  t.is(admit.admitted.lane, 'backfill');
  t.is(send({ seq: 1 }, { topic: 'edge.backfill.v1' }), 'admitted');
  t.is(admit.admitted.lane, 'backfill');
});

test('a frame that comes again, over whatever topic, is a duplicate', (t) => {
  const { send } = setup();
  t.is(send({ seq: 3 }), 'admitted');
  t.is(send({ seq: 3 }), 'duplicate');
  t.is(send({ seq: 3, historical: true }, { topic: 'edge.backfill.v1' }), 'duplicate');
  t.is(send({ seq: 2 }), 'admitted');
  t.is(send({ seq: 3, stream: 'slow' }), 'admitted');
  t.is(send({ seq: 3, epoch: 2 }), 'admitted');
});

const rejected: readonly (readonly [string, Partial<EdgeFrame>, Partial<FrameSource>, string, boolean])[] = [
  ['an unknown tenant', { tenant: 'other' }, {}, 'unknown-tenant', false],
  ['an unknown well', { well: 'w9' }, {}, 'unknown-well', false],
  ['another site’s key', {}, { key: Buffer.from('acme/s2') }, 'key-mismatch', false],
  ['no key', {}, { key: null }, 'key-mismatch', false],
  ['a negative seq', { seq: -1 }, {}, 'undecodable', false],
  ['a negative epoch', { epoch: -1 }, {}, 'undecodable', false],
  ['no series', { series: [] }, {}, 'empty-frame', true],
  ['series without samples', { series: samples() }, {}, 'empty-frame', true],
  ['a time before 1980', { t0: 5 }, {}, 'time-impossible', true],
  ['a time far beyond the calendar', { t0: 2 ** 53 - 1 - 2 ** 31 }, {}, 'time-impossible', true],
  [
    'a frame more than a day ahead',
    { t0: arrivalMs + 24 * hourMs, series: samples(1) },
    {},
    'time-impossible',
    true,
  ],
  ['one sample more than a day ahead', { series: samples(0, 26 * hourMs, 1) }, {}, 'time-impossible', true],
  [
    'a sample older than the tenant keeps',
    { t0: arrivalMs - 365 * 24 * hourMs - 1 },
    {},
    'past-retention',
    true,
  ],
  ['a tag beyond the tenant’s limit', { series: [{ ...samples(0)[0]!, tag: 'x' }] }, {}, 'tag-limit', true],
];
for (const [what, frame, source, reason, closes] of rejected) {
  test(`${what} is ${reason}${closes ? ' and leaves no gap' : ''}`, (t) => {
    const { admit, send } = setup();
    const seq = frame.seq ?? 1;
    t.is(send({ seq: 0 }), 'admitted');
    t.is(send({ ...frame, seq }, source), reason);
    t.is(send({ seq: 2 }), 'admitted');
    const missing = closes ? [] : [{ fromSeq: 1, toSeq: 1 }];
    t.deepEqual(admit.progressOf(5)[0]?.missing, missing);
    // The same number in a good frame is admitted once: a replay after the cause was mended.
    t.is(send({ seq: 1 }), 'admitted');
    t.is(send({ seq: 1 }), 'duplicate');
  });
}

test('a day ahead to the millisecond is possible', (t) => {
  t.is(setup().send({ t0: arrivalMs + 24 * hourMs, series: samples(0) }), 'admitted');
});

test('a sample exactly 5 minutes ahead is good, one millisecond more is a clock fault', (t) => {
  //        arrival            +5 min
  // ──────────┼────────────────┼─┼──▶
  //                         good fault
  const { columns, send } = setup();
  t.is(send({ t0: arrivalMs, series: samples(0, 5 * minuteMs, 5 * minuteMs + 1) }), 'admitted');
  t.deepEqual([...columns.quality.subarray(0, 3)], [0, 0, quality.badClockFault]);
  t.is(columns.allGood[0], 0);
});

test('a clock fault within a series out of order is found too', (t) => {
  const { columns, send } = setup();
  t.is(send({ t0: arrivalMs, series: samples(hourMs, 0) }), 'admitted');
  t.deepEqual([...columns.quality.subarray(0, 2)], [quality.badClockFault, 0]);
});

test('a known number that begins later than all admitted of its epoch is a reused one', (t) => {
  const { send } = setup();
  t.is(send({ seq: 4, t0: arrivalMs - 2000 }), 'admitted');
  t.is(send({ seq: 5, t0: arrivalMs - 1000 }), 'admitted');
  t.is(send({ seq: 4, t0: arrivalMs - 1000 }), 'duplicate');
  t.is(send({ seq: 4, t0: arrivalMs - 999 }), 'reused-sequence');
  t.is(send({ seq: 4, t0: arrivalMs - 999, epoch: 2 }), 'admitted');
});

test('what the directory does not know is deferred and changes nothing', (t) => {
  const { admit, send } = setup();
  t.is(send({ tenant: 'other' }, { final: false }), 'defer');
  t.is(send({ series: [{ ...samples(0)[0]!, tag: 'x' }] }, { final: false }), 'defer');
  t.deepEqual(admit.progressOf(5), []);
});

test('a tag that gets its id between two frames is admitted with it', (t) => {
  let known = false;
  const growing = { ...directory, tagId: (_: TenantRef, tag: string) => (tag === 'a' ? 1 : known ? 2 : -1) };
  const { admit, send } = setup({ directory: growing });
  const series = ['a', 'b', 'a'].map((tag) => ({ ...samples(0)[0]!, tag }));
  t.is(send({ series }, { final: false }), 'defer');
  known = true;
  t.is(send({ series }), 'admitted');
  t.deepEqual([...admit.admitted.tagIds.subarray(0, 3)], [1, 2, 1]);
});

test('a gap that another step rejected closes, and its replay is admitted once', (t) => {
  const { admit, columns, decode, send } = setup();
  t.is(send({ seq: 0 }), 'admitted');
  t.is(admit.closeGap(columns, decode({ seq: 1 })), 'closed');
  t.is(send({ seq: 2 }), 'admitted');
  t.deepEqual(admit.progressOf(5), [{ stream: 'fast', epoch: 1, contiguousSeq: 2, highSeq: 2, missing: [] }]);
  t.is(send({ seq: 1 }), 'admitted');
  t.is(admit.closeGap(columns, decode({ seq: 1 })), 'closed');
  t.is(send({ seq: 1 }), 'duplicate');
});

test('one stream beyond the limit of a well is rejected, the others go on', (t) => {
  const { send } = setup({ streamsMax: 2 });
  t.deepEqual(
    ['a', 'b', 'c', 'a'].map((stream, seq) => send({ stream, seq })),
    ['admitted', 'admitted', 'stream-limit', 'admitted'],
  );
});

test('one epoch beyond the limit forgets the lowest: its gaps expire, its frames are dead-lettered', (t) => {
  const { admit, expired, send } = setup();
  for (let epoch = 1; epoch <= epochsMax; epoch++) {
    t.is(send({ epoch, seq: 0 }), 'admitted');
    t.is(send({ epoch, seq: 2 }), 'admitted');
  }
  t.deepEqual(expired, []);
  t.is(send({ epoch: epochsMax + 1 }), 'admitted');
  t.deepEqual(expired, [{ wellId: 5, stream: 'fast', epoch: 1, fromSeq: 1, toSeq: 1 }]);
  t.is(send({ epoch: 1, seq: 1 }), 'reused-sequence');
  t.is(send({ epoch: 0 }), 'reused-sequence');
  t.is(admit.progressOf(5).length, epochsMax);
});

test('one gap beyond the limit of a stream expires the oldest', (t) => {
  const { expired, send } = setup();
  for (let i = 0; i <= 65; i++) t.is(send({ seq: i * 2 }), 'admitted');
  t.deepEqual(expired, [{ wellId: 5, stream: 'fast', epoch: 1, fromSeq: 1, toSeq: 1 }]);
});

test('who restores what was drained decides alike, whenever it was drained', (t) => {
  const arrivals = fc.array(
    fc.record({
      frame: fc.record({
        seq: fc.nat(30),
        epoch: fc.nat(6),
        stream: fc.constantFrom('fast', 'slow'),
        t0: fc.nat(20).map((n) => arrivalMs - n),
        series: fc.constantFrom(samples(0), samples()),
      }),
      moved: fc.constantFrom('no', 'no', 'changes', 'all'),
    }),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(arrivals, (frames) => {
      const steady = setup();
      let moving = setup();
      const stored = new Map<number, Uint8Array>();
      const store = {
        put: (k: number, v: Uint8Array) => void stored.set(k, v.slice()),
        remove: (k: number) => void stored.delete(k),
      };
      for (const { frame, moved } of frames) {
        if (moved !== 'no') {
          if (moved === 'changes') moving.admit.state.drainChanges(store);
          else moving.admit.state.drainAll(store);
          moving = setup();
          for (const [key, value] of stored) moving.admit.state.restore(key, value);
        }
        t.is(moving.send(frame), steady.send(frame));
      }
      t.deepEqual(moving.admit.progressOf(5), steady.admit.progressOf(5));
    }),
  );
});

test('progress is told by epoch, whichever of them a duplicate came of last', (t) => {
  const { admit, send } = setup();
  for (const epoch of [1, 3, 2]) t.is(send({ epoch }), 'admitted');
  t.is(send({ epoch: 1 }), 'duplicate');
  t.deepEqual(
    admit.progressOf(5).map(({ epoch }) => epoch),
    [3, 2, 1],
  );
});

test('only wells that changed are drained, once', (t) => {
  const { admit, send } = setup();
  const keys = () => {
    const drained: number[] = [];
    admit.state.drainChanges({ put: (key) => drained.push(key), remove: () => undefined });
    return drained;
  };
  send({ seq: 0 });
  send({ seq: 1 });
  t.deepEqual(keys(), [5]);
  t.is(send({ seq: 1 }), 'duplicate');
  t.deepEqual(keys(), []);
});

test('the state of a well with one stream in order takes less than 32 bytes', (t) => {
  const { admit, send } = setup();
  for (let seq = 0; seq < 100; seq++) send({ seq });
  let bytes = 0;
  admit.state.drainAll({ put: (_, value) => (bytes += value.length), remove: () => undefined });
  t.true(bytes < 32);
});

const keys: readonly (readonly [string, string, string, boolean])[] = [
  ['acme/s1', 'acme', 's1', true],
  ['acme/s2', 'acme', 's1', false],
  ['acme/s1x', 'acme', 's1', false],
  ['acm/es1', 'acme', 's1', false],
  ['acme/Añelo', 'acme', 'Añelo', true],
  ['acme/A\u00c3elo', 'acme', 'A\u00f1elo', false],
  ['/', '', '', true],
];
for (const [key, slug, site, matches] of keys) {
  test(`${key} is ${matches ? '' : 'not '}the key of ${slug} and ${site}`, (t) => {
    t.is(isSiteKey(Buffer.from(key), slug, site), matches);
  });
}

test('latin-1 bytes are no UTF-8 key', (t) => {
  t.false(isSiteKey(Buffer.from('acme/A\u00f1elo', 'latin1'), 'acme', 'A\u00f1elo'));
});
