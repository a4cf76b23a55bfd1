/** How soon what is sent can be seen: from the append of the record that closes a window to its row, at half load and beside a backfill. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { appendAll, openScaleCell, type ScaleCell } from './scaleCell.js';
import { type Fleet, frameMaker, keyOf, minuteMs } from './scaleFleet.js';
import { startScaleWorker } from './scaleWorker.js';

const sizes = {
  smoke: { wells: 8, probes: 5, framesPerSecond: 20, backfillMinutes: 30, backfillWells: 4 },
  full: { wells: 400, probes: 45, framesPerSecond: 8_000, backfillMinutes: 2_880, backfillWells: 200 },
};
const liveTopic = 'edge.telemetry.v1';
const backfillTopic = 'edge.backfill.v1';
const latenessMinutes = 5;
const probeEveryMs = 500;
const visibleMsMax = 60_000;

async function run(size: BenchSize): Promise<BenchResult> {
  const { wells, probes, framesPerSecond, backfillMinutes, backfillWells } = sizes[size];
  const fleet: Fleet = { tenants: 1, wells, wellsPerSite: 4, tags: 10, samples: 60 };
  const cell = await openScaleCell({ fleet, partitions: 8, log: 'kafka', durable: size === 'full' });
  try {
    const make = frameMaker(fleet, cell.schemaId);
    const producer = await cell.log.producer();
    const worker = startScaleWorker(cell, { threads: 1 });
    // The probe is a well of its own; its minutes and the load's go by faster than the clock's, in the past.
    const startMs = (Math.floor(Date.now() / minuteMs) - 3 * 1_440) * minuteMs;
    let probe = 0;
    const ids = await cell.ask(`SELECT well_id AS id FROM t_x0.well WHERE name = 'w0'`);
    const wellId = Number(ids[0]?.['id']);
    const sendProbe = async (): Promise<void> => {
      const value = make(0, probe, startMs + probe * minuteMs);
      await producer.append([{ topic: liveTopic, key: keyOf(fleet, 0), value }]);
      probe++;
    };
    for (let minute = 0; minute <= latenessMinutes + 1; minute++) await sendProbe();
    let load = 0;
    let backlog = 0;
    const measure = async (goesOn: () => boolean): Promise<number[]> => {
      const times: number[] = [];
      for (let n = 0; n < probes && goesOn(); n++) {
        const sentMs = performance.now();
        await sendProbe();
        times.push(
          await untilVisible(cell, wellId, startMs + (probe - 2 - latenessMinutes) * minuteMs, sentMs),
        );
        await sleep(Math.max(0, sentMs + probeEveryMs - performance.now()));
      }
      return times.sort((a, b) => a - b);
    };
    await untilVisible(cell, wellId, startMs, performance.now());

    const probed = new AbortController();
    const loaded = (async () => {
      for (const began = performance.now(); !probed.signal.aborted; ) {
        const due = Math.floor(((performance.now() - began) / 1000) * framesPerSecond) - load;
        await appendAll(producer, loadFrames(due));
        await sleep(50);
      }
    })();
    function* loadFrames(count: number) {
      for (let n = 0; n < count; n++, load++) {
        const well = 1 + (load % (wells - 1));
        const minute = Math.floor(load / (wells - 1));
        yield {
          topic: liveTopic,
          key: keyOf(fleet, well),
          value: make(well, minute, startMs + minute * minuteMs),
        };
      }
    }
    const loadStartMs = performance.now();
    const half = await measure(() => true);
    probed.abort();
    const loadFramesPerSecond = load / ((performance.now() - loadStartMs) / 1000);
    await loaded;
    await worker.untilRead(probe + load);

    function* backfillFrames() {
      const longAgoMs = startMs - backfillMinutes * minuteMs;
      for (let minute = 0; minute < backfillMinutes; minute++) {
        for (let n = 0; n < backfillWells; n++, backlog++) {
          const well = 1 + (n % (wells - 1));
          const value = make(well, 1_000_000 + minute, longAgoMs + minute * minuteMs);
          yield { topic: backfillTopic, key: keyOf(fleet, well), value };
        }
      }
    }
    await worker.stop();
    await appendAll(producer, backfillFrames());
    const again = startScaleWorker(cell, { threads: 1 });
    await again.untilRead(1);
    // Probes after its end would have measured an idle worker; a small run may be over before the first.
    const beside = await measure(() => size === 'smoke' || again.frames() < backlog);
    await again.untilRead(backlog);
    await again.stop();
    await producer.close();
    const at = (times: readonly number[], q: number): number =>
      times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? Number.NaN;
    const oneCase = (name: string, times: readonly number[], figures: Record<string, number>) => ({
      name,
      unit: 'probes',
      rate: 1000 / probeEveryMs,
      ratioToFloor: null,
      hash: resultHash([probes]),
      figures: {
        p50Ms: at(times, 0.5),
        p99Ms: at(times, 0.99),
        maxMs: times.at(-1) ?? Number.NaN,
        ...figures,
      },
    });
    return {
      inputs: {
        wells,
        probes,
        framesPerSecond,
        samplesPerFrame: 600,
        backfillFrames: backlog,
        cycleAgeMs: 1_000,
      },
      headline: { halfLoadP99Ms: at(half, 0.99), besideBackfillP99Ms: at(beside, 0.99) },
      cases: [
        oneCase('at half load', half, { loadFramesPerSecond }),
        oneCase('beside a backfill', beside, { probes: beside.length }),
      ],
      notes: ['from before the append to the row read by another session, polled every 10 ms'],
    };
  } finally {
    await cell.stop();
  }
}

async function untilVisible(
  cell: ScaleCell,
  wellId: number,
  bucketMs: number,
  sentMs: number,
): Promise<number> {
  for (;;) {
    const rows = await cell.ask(
      `SELECT 1 FROM t_x0.reading_1m WHERE well_id = ${wellId} AND bucket = to_timestamp(${bucketMs / 1000}) LIMIT 1`,
    );
    const tookMs = performance.now() - sentMs;
    if (rows.length > 0) return tookMs;
    if (tookMs > visibleMsMax)
      throw new BalancinError('DATA_INVALID', 'a window that was closed is not stored');
    await sleep(10);
  }
}

export const bench = {
  name: 'live',
  about:
    'Time from the append of the record that closes a window to its row, at half load and beside a backfill.',
  startsServers: true,
  run,
};
