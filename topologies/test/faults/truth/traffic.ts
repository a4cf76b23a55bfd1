/** Traffic as bad as it comes: streams of several wells with what edges, bridges and disks do to them. */
import type { Random } from '../random.js';
import { type FrameSchema, frameEncoder, type SentFrame } from './encodeTraffic.js';
import { spoilRecords } from './spoilRecords.js';

const liveTopic = 'edge.telemetry.v1';
const backfillTopic = 'edge.backfill.v1';

/** The last frame of a well's backfill, so that all before it closes: minutes of this tag stay open. */
export const closingTag = 'test.closing';
const steadyTags = ['well.whp', 'well.wht', 'well.choke.up.p', 'esp.pip'];
/** Every tag that the traffic names. */
export const trafficTags = [...steadyTags, closingTag];

export interface TrafficRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
  /** When it is to be appended; more than half an hour late it would mean something else. */
  readonly atMs: number;
}

export interface TrafficWell {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
}

export interface TrafficOptions {
  readonly random: Random;
  readonly wells: readonly TrafficWell[];
  readonly schema: FrameSchema;
  readonly startMs: number;
  /** Of event time, a live stream. */
  readonly minutes: number;
  readonly frameMs: number;
  /** Share of frames to which something happens. */
  readonly spoilt: number;
  /** An id that no registry has; records that name it are left out without one. */
  readonly unknownSchemaId?: number;
}

export interface Planned {
  readonly frame: SentFrame;
  readonly topic: string;
  readonly atMs: number;
}

const quarterHourMs = 15 * 60_000;

/** In order of `atMs`. Values are k/8 with |k| < 2^15, so that sums are exact. */
export function makeTraffic(options: TrafficOptions): TrafficRecord[] {
  const { random, wells, schema } = options;
  const planned: Planned[] = [];
  for (const well of wells) {
    planned.push(...planStream(options, well, 'fast', false));
    if (random.chance(0.5)) planned.push(...planStream(options, well, 'slow', false));
    if (random.chance(0.6)) planned.push(...planStream(options, well, 'history', true));
  }
  const encode = frameEncoder(schema);
  const records = spoilRecords(planned, options, encode);
  const endMs = Math.max(options.startMs, ...records.map(({ atMs }) => atMs)) + 1_000;
  for (const well of wells)
    records.push({
      topic: backfillTopic,
      key: `${well.tenant}/${well.site}`,
      value: encode(closingFrame(well, endMs)),
      atMs: endMs,
    });
  return records.sort((a, b) => a.atMs - b.atMs);
}

function closingFrame(well: TrafficWell, atMs: number): SentFrame {
  const series = [{ tag: closingTag, dtMs: [0], value: [1], quality: Buffer.alloc(0) }];
  return { ...well, stream: 'closing', epoch: 1, seq: 0, t0: atMs, historical: true, series };
}

/** One stream of one well: a few epochs, each numbered from 0 on. Historical ones are hours older than they arrive. */
function planStream(
  options: TrafficOptions,
  well: TrafficWell,
  stream: string,
  historical: boolean,
): Planned[] {
  const { random, startMs, minutes, frameMs } = options;
  const planned: Planned[] = [];
  const tags = steadyTags.filter(() => random.chance(0.6));
  if (tags.length === 0) tags.push('well.whp');
  const frames = Math.ceil((minutes * 60_000) / frameMs);
  const shiftMs = historical ? 12 * quarterHourMs : 0;
  const levels = tags.map(() => random.below(8_000) + 800);
  // A sensor that sends a sentinel for some minutes, so that something is found.
  const faultyTag = random.below(tags.length);
  const faultyFrom = random.chance(0.6) ? random.below(frames) : frames;
  const faultyFrames = Math.ceil((4 * 60_000) / frameMs);
  let epoch = 1;
  let seq = 0;
  for (let n = 0; n < frames; n++) {
    if (n > 0 && epoch < 3 && random.chance(0.04)) {
      epoch += 1 + random.below(3);
      seq = 0;
    }
    const t0 = startMs - shiftMs + n * frameMs;
    const series = tags.map((tag, s) => {
      const sentinel = s === faultyTag && n >= faultyFrom && n < faultyFrom + faultyFrames;
      return samplesOf(options, tag, levels[s] ?? 0, sentinel);
    });
    planned.push({
      frame: { ...well, stream, epoch, seq: seq++, t0, historical, series },
      topic: historical ? backfillTopic : liveTopic,
      atMs: startMs + (n + 1) * frameMs + random.below(500),
    });
  }
  return planned;
}

function samplesOf(
  { random, frameMs }: TrafficOptions,
  tag: string,
  level: number,
  sentinel: boolean,
): SentFrame['series'][number] {
  const count = 1 + random.below(4);
  const dtMs = Array.from({ length: count }, () => random.below(frameMs));
  // Mostly in order, as loggers send; ties and disorder are legal.
  if (!random.chance(0.1)) dtMs.sort((a, b) => a - b);
  const value = dtMs.map(() => (sentinel ? -999 : (level + random.below(64)) / 8));
  return { tag, dtMs, value, quality: Buffer.alloc(0) };
}
