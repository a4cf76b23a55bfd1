/** Sends traffic in slices spread over some seconds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seedOf, createRandom } from '../random.js';
import { makeTraffic, type TrafficRecord } from '../truth/traffic.js';
import type { Feed } from './feedTopics.js';
import { type LiveCell, liveWells } from './liveCell.js';

const minutes = 6;
const frameMs = 20_000;
const spoilt = 0.12;
/** Event time ends that long ago: nothing is ahead of its arrival that is not meant to be. */
const agoMs = 30 * 60_000;

export function planTraffic(cell: LiveCell, seed: number): TrafficRecord[] {
  const startMs = Math.floor((Date.now() - agoMs) / 60_000) * 60_000;
  const random: Random = createRandom(seedOf(seed, 1));
  return makeTraffic({ random, wells: liveWells, schema: cell.schema, startMs, minutes, frameMs, spoilt });
}

/** `between` runs before each slice; the pace may be changed meanwhile. */
export async function sendPaced(
  feed: Feed,
  records: readonly TrafficRecord[],
  pace: { readonly slices: number; readonly durationMs: number },
  between: (slice: number, records: readonly TrafficRecord[]) => Promise<void> = async () => undefined,
): Promise<void> {
  const startMs = performance.now();
  for (let slice = 0; slice < pace.slices; slice++) {
    const from = Math.floor((slice * records.length) / pace.slices);
    const to = Math.floor(((slice + 1) * records.length) / pace.slices);
    const part = records.slice(from, to);
    await between(slice, part);
    if (part.length > 0) await feed.send(part);
    const dueMs = startMs + ((slice + 1) * pace.durationMs) / pace.slices;
    await sleep(Math.max(0, dueMs - performance.now()));
  }
}
