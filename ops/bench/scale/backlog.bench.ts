/** How fast a site that was away is caught up with: its days of telemetry from the log into the database, and through the bridge. */
import { BalancinError } from '#schemas/errors.js';
import { openBridge } from '#pipelines/bridge/bridge.js';
import { createTableRegistry } from '#pipelines/registry/tableRegistry.js';
import type { BenchResult, BenchSize } from '../bench.js';
import { resultHash } from '../resultHash.js';
import { appendAll, openScaleCell, type ScaleCell } from './scaleCell.js';
import { type Fleet, frameMaker, keyOf, minuteMs } from './scaleFleet.js';
import { startScaleWorker } from './scaleWorker.js';

const sizes = {
  smoke: { wells: 2, minutes: 60, bridgeMinutes: 60 },
  // Of thirty days the first six: the rate does not change after the first seconds, the disk of a bench machine would.
  full: { wells: 20, minutes: 6 * 1_440, bridgeMinutes: 1_440 },
};
const topic = 'edge.backfill.v1';
const inFlightMax = 512;

async function run(size: BenchSize): Promise<BenchResult> {
  const { wells, minutes, bridgeMinutes } = sizes[size];
  const fleet: Fleet = { tenants: 1, wells, wellsPerSite: wells, tags: 10, samples: 60 };
  const cell = await openScaleCell({ fleet, partitions: 8, log: 'kafka', durable: size === 'full' });
  try {
    const make = frameMaker(fleet, cell.schemaId);
    // Before what comes through the bridge: that is later, and so on time.
    const startMs = (Math.floor(Date.now() / minuteMs) - minutes - bridgeMinutes - 60) * minuteMs;
    const producer = await cell.log.producer();
    function* frames(from: number, to: number) {
      for (let minute = from; minute < to; minute++) {
        for (let well = 0; well < wells; well++) {
          yield { topic, key: keyOf(fleet, well), value: make(well, minute, startMs + minute * minuteMs) };
        }
      }
    }
    const inLog = await appendAll(producer, frames(0, minutes));
    await producer.close();
    const worker = startScaleWorker(cell, { threads: 1 });
    await worker.untilRead(1);
    const [fromS, framesBefore] = [performance.now() / 1000, worker.frames()];
    await worker.untilRead(inLog);
    const drainS = performance.now() / 1000 - fromS;
    const drained = (inLog - framesBefore) / wells / (drainS / 60);
    const bridged = await throughBridge(cell, fleet, minutes, bridgeMinutes);
    const bridgeFromS = bridged.startS;
    await worker.untilRead(inLog + bridged.frames);
    const bridgeS = performance.now() / 1000 - bridgeFromS;
    await worker.stop();
    const stored = await cell.ask(
      `SELECT sum(total)::int8 AS n FROM balancin.task_tally WHERE measure = 'frames' AND name = 'written'`,
    );
    const written = Number(stored[0]?.['n']);
    if (written !== inLog + bridged.frames) {
      throw new BalancinError(
        'DATA_INVALID',
        `${inLog + bridged.frames} frames were sent, ${written} are written`,
      );
    }
    const hash = resultHash([written]);
    const timesRealTime = drained;
    const samplesAFrame = fleet.tags * fleet.samples;
    return {
      inputs: { wells, tags: fleet.tags, samplesPerFrame: samplesAFrame, minutes, bridgeMinutes },
      headline: { timesRealTime, bridgeTimesRealTime: bridgeMinutes / (bridgeS / 60) },
      cases: [
        {
          name: 'from the log',
          unit: 'samples',
          rate: ((inLog - framesBefore) * samplesAFrame) / drainS,
          ratioToFloor: null,
          hash,
          figures: { timesRealTime, seconds: drainS, frames: inLog },
        },
        {
          name: 'through the bridge',
          unit: 'samples',
          rate: (bridged.frames * samplesAFrame) / bridgeS,
          ratioToFloor: null,
          hash,
          figures: {
            timesRealTime: bridgeMinutes / (bridgeS / 60),
            seconds: bridgeS,
            frames: bridged.frames,
          },
        },
      ],
      notes: [
        'through the bridge: its own code from the authenticated message to the log, without MQTT before it',
      ],
    };
  } finally {
    await cell.stop();
  }
}

/** As an edge sends: bare Avro frames, a window of messages under way, each answered when the log holds it. */
async function throughBridge(
  cell: ScaleCell,
  fleet: Fleet,
  fromMinute: number,
  minutes: number,
): Promise<{ readonly frames: number; readonly startS: number }> {
  const registry = createTableRegistry({ databaseUrl: cell.databaseUrl });
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const bridge = await openBridge({ log: cell.log, registry, subjectPrefix: '', inFlightMax, lines: quiet });
  const make = frameMaker(fleet, cell.schemaId);
  const startMs = (Math.floor(Date.now() / minuteMs) - minutes - 30) * minuteMs;
  const startS = performance.now() / 1000;
  const underWay = new Set<Promise<void>>();
  let frames = 0;
  try {
    for (let minute = 0; minute < minutes; minute++) {
      for (let well = 0; well < fleet.wells; well++) {
        const [tenant = '', site = ''] = keyOf(fleet, well).split('/');
        const payload = make(well, fromMinute + minute, startMs + minute * minuteMs);
        const taking = bridge
          .take({ tenant, site }, 'backfill', payload)
          .finally(() => underWay.delete(taking));
        underWay.add(taking);
        frames++;
        if (underWay.size >= inFlightMax / 2) await Promise.race(underWay);
      }
    }
    await Promise.all(underWay);
  } finally {
    await bridge.close();
    await registry.close();
  }
  return { frames, startS };
}

export const bench = {
  name: 'backlog',
  about: 'How many times faster than it happened the telemetry of a site that was away is taken in.',
  startsServers: true,
  run,
};
