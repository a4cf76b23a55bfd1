/** Laws of bad frames through the whole shipped topology: nothing crashes, nothing floods, every sample has one outcome. */
import test from 'ava';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import { siteKey } from '#schemas/topics.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { openDriver } from '../driver/driver.js';
import { createMemoryDirectory } from '../driver/memoryDirectory.js';
import wells from '../wells.js';

const topic = 'edge.telemetry.v1';
const schemas = new Map([[1, readSchema(topic)]]);
const who = { tenant: 'acme', site: 'norte', well: 'W-1' };
const minuteMs = 60_000;
const t0 = 1_790_000_040_000;
const minutes = 240;

/** Minute m of a well that breathes; four signals, five samples each. */
function frame(m: number, value: (tag: number, k: number) => number): EdgeFrame {
  const dtMs = [0, 12_000, 24_000, 36_000, 48_000];
  const tags = ['well.pdg.p', 'well.tpt.p', 'well.tpt.t', 'acme.custom'];
  const series = tags.map((tag, j) => ({
    tag,
    dtMs,
    value: dtMs.map((_, k) => value(j, k)),
    quality: new Uint8Array(0),
  }));
  return { ...who, stream: 'fast', epoch: 1, seq: m + 1, t0: t0 + m * minuteMs, historical: false, series };
}

const breathing = (m: number) =>
  frame(m, (j, k) => [20_000, 12_000, 60, 5][j]! + Math.sin(m * 1.7 + k * 2.4 + j));

const streams: Record<string, (m: number) => readonly EdgeFrame[]> = {
  'constant signals': (m) => [frame(m, (j) => [20_000, 12_000, 60, 5][j]!)],
  'samples without a value': (m) => [frame(m, () => Number.NaN)],
  'infinities and sentinels': (m) => [frame(m, (_, k) => [Infinity, -Infinity, -999, 3e38, -99.99][k]!)],
  'frames sent twice': (m) => [breathing(m), breathing(m)],
  'frames out of order': (m) => [breathing(m ^ 3)],
  'signals that appear and vanish': (m) => {
    const one = breathing(m);
    return [{ ...one, series: one.series.filter((_, j) => (Math.floor(m / 20) + j) % 3 !== 0) }];
  },
  'one kilohertz': (m) =>
    m % 24
      ? [breathing(m)]
      : [
          {
            ...breathing(m),
            series: [
              {
                tag: 'well.pdg.p',
                dtMs: Array.from({ length: 10_000 }, (_, k) => k),
                value: Array.from({ length: 10_000 }, (_, k) => 20_000 + Math.sin(k / 50)),
                quality: new Uint8Array(0),
              },
            ],
          },
        ],
  'a clock a year ahead now and then': (m) => [
    m % 40 === 7 ? { ...breathing(m), t0: t0 + 365 * 86_400_000 } : breathing(m),
  ],
  'a clock that steps back an hour': (m) => [
    m < 120 ? breathing(m) : { ...breathing(m), t0: t0 + (m - 60) * minuteMs },
  ],
  'a unit that changes': (m) => [
    m < 120 ? breathing(m) : frame(m, (j, k) => [20_000 / 6.894757, 12_000, 60, 5][j]! + Math.sin(m + k)),
  ],
};

for (const [what, sent] of Object.entries(streams))
  test(`${what}: every record has an outcome, findings and alerts stay few, numbers are numbers`, async (t) => {
    const directory = createMemoryDirectory([who], { machineLearning: false });
    const options = { window: { allowedLatenessMs: 2 * minuteMs, idleTimeoutMs: 3 * minuteMs } };
    const driver = await openDriver({ topology: wells, directory, options, schemas });
    let findings = 0;
    let alerts = 0;
    for (let m = 0; m < minutes; m++) {
      for (const one of sent(m)) {
        const outcome = await driver.push({
          topic,
          key: siteKey(one.tenant, one.site),
          value: encodeFrame(one, 1),
          arrivalMs: t0 + (m + 1) * minuteMs,
        });
        t.true(['accepted', 'duplicate', 'rejected'].includes(outcome.kind), outcome.kind);
      }
      const { tableRows } = driver.cycle(t0 + (m + 1) * minuteMs);
      for (const { table, values } of tableRows) {
        if (table === 'anomaly') findings++;
        if (table === 'alert') alerts++;
        t.true(
          Object.values(values).every((v) => typeof v !== 'number' || Number.isFinite(v)),
          table,
        );
      }
    }
    // Four hours of four signals: two a signal are an opened and a closed finding.
    t.true(findings <= 16, `${findings} rows of findings`);
    t.true(alerts <= 8, `${alerts} rows of alerts`);
    if (what === 'a unit that changes') t.true(findings > 0, 'what is counted is there');
    driver.dispose();
  });
