/** A hundred thousand wells at rest: what a minute of theirs costs, what state they keep, how soon a killed worker is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { appendAll, openScaleCell, type ScaleCell } from './scaleCell.js';
import { type Fleet, frameMaker, keyOf, minuteMs } from './scaleFleet.js';
import { startScaleWorker } from './scaleWorker.js';

const sizes = {
  smoke: { wells: 40, filled: 8, steadyS: 2, partitions: 8, perSecond: 20 },
  full: { wells: 100_000, filled: 8, steadyS: 40, partitions: 32, perSecond: 1_667 },
};
const topic = 'edge.telemetry.v1';

async function run(size: BenchSize): Promise<BenchResult> {
  const { wells, filled, steadyS, partitions, perSecond } = sizes[size];
  const fleet: Fleet = { tenants: 1, wells, wellsPerSite: 4, tags: 10, samples: 6 };
  const cell = await openScaleCell({ fleet, partitions, log: 'kafka', durable: size === 'full' });
  try {
    const make = frameMaker(fleet, cell.schemaId);
    const producer = await cell.log.producer();
    const startMs = (Math.floor(Date.now() / minuteMs) - filled - 60) * minuteMs;
    let sent = 0;
    function* frames(count: number) {
      for (let n = 0; n < count; n++, sent++) {
        const [minute, well] = [Math.floor(sent / wells), sent % wells];
        yield { topic, key: keyOf(fleet, well), value: make(well, minute, startMs + minute * minuteMs) };
      }
    }
    // Windows must close as fast as they open before anything is steady: the allowed lateness and a few minutes more.
    await appendAll(producer, frames(filled * wells));
    const first = startScaleWorker(cell, { threads: 2 });
    await first.untilRead(sent);
    const send = async (seconds: number): Promise<void> => {
      const began = performance.now();
      for (let second = 1; second <= seconds; second++) {
        await appendAll(producer, frames(perSecond));
        await sleep(Math.max(0, began + second * 1000 - performance.now()));
      }
    };
    await send(2);
    const mark = async () => ({
      ...(await cell.cpu()),
      worker: await first.cpuSeconds(),
      atMs: performance.now(),
    });
    const before = await mark();
    await send(steadyS);
    await first.untilRead(sent);
    const after = await mark();
    const seconds = (after.atMs - before.atMs) / 1000;
    const peakRssBytes = await first.peakRssBytes();
    const [state] = await cell.ask(
      `SELECT sum(octet_length(bytes))::int8 AS bytes, count(*)::int AS segments FROM balancin.operator_state`,
    );
    const killedMs = performance.now();
    await first.kill();
    const second = startScaleWorker(cell, { threads: 2 });
    const sending = send(1);
    await second.untilRead(1);
    const firstCommitMs = performance.now() - killedMs;
    await sending;
    await second.untilRead(1);
    const expected = sent;
    await untilWritten(cell, expected);
    await second.stop();
    await producer.close();
    const stateBytes = Number(state?.['bytes']);
    return {
      inputs: {
        wells,
        tags: fleet.tags,
        samplesPerFrame: fleet.tags * fleet.samples,
        perSecond,
        partitions,
        threads: 2,
      },
      headline: { killToFirstCommitMs: firstCommitMs, stateBytesPerTag: stateBytes / (wells * fleet.tags) },
      cases: [
        {
          name: 'steady',
          unit: 'frames',
          rate: (perSecond * steadyS) / seconds,
          ratioToFloor: null,
          hash: resultHash([expected]),
          figures: {
            workerCpuCores: (after.worker - before.worker) / seconds,
            databaseCpuCores: (after.database - before.database) / seconds,
            brokerCpuCores: (after.broker - before.broker) / seconds,
            peakRssBytes,
            stateBytes,
            stateSegments: Number(state?.['segments']),
            killToFirstCommitMs: firstCommitMs,
          },
        },
      ],
    };
  } finally {
    await cell.stop();
  }
}

const settleMs = 60_000;

async function untilWritten(cell: ScaleCell, frames: number): Promise<void> {
  const deadlineMs = performance.now() + settleMs;
  for (;;) {
    const [row] = await cell.ask(
      `SELECT sum(total)::int8 AS n FROM balancin.task_tally WHERE measure = 'frames' AND name = 'written'`,
    );
    const written = Number(row?.['n'] ?? 0);
    if (written === frames) return;
    if (written > frames || performance.now() > deadlineMs) {
      throw new BalancinError('DATA_INVALID', `${frames} frames were sent, ${written} are written`);
    }
    await sleep(100);
  }
}

export const bench = {
  name: 'scaleWells',
  about:
    'A hundred thousand wells of ten tags, a frame a minute each: cost, state, and kill -9 to the first commit.',
  startsServers: true,
  run,
};
