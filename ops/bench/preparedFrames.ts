/** Telemetry frames in memory, as a fetched batch holds them, in the shapes that the engine is measured with. */
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import type { BenchSize } from './bench.js';

export interface FrameShape {
  readonly name: string;
  readonly tags: number;
  /** A tag and frame. */
  readonly samples: number;
}

/** As `reference/kafka-streams` generates them: 10 tags at 1 Hz, a minute a frame; then ever smaller frames. */
export const frameShapes: readonly FrameShape[] = [
  { name: '10x60', tags: 10, samples: 60 },
  { name: '1x10', tags: 1, samples: 10 },
  { name: '1x1', tags: 1, samples: 1 },
];

const startMs = 1_760_000_000_000;
const stepMs = 1000;
const schemaId = 1;

export interface PreparedFrames {
  readonly shape: FrameShape;
  readonly wells: number;
  /** One after another in one buffer, wells in turn. */
  readonly frames: readonly Uint8Array[];
  readonly keys: readonly Uint8Array[];
  readonly samples: number;
  /** Of all values. */
  readonly sum: number;
}

/** Rounds of 512 wells that take some tens of MB, or some hundred thousand frames, and a fraction of a second. */
export function roundsOf(shape: FrameShape, size: BenchSize): number {
  if (size === 'smoke') return 7;
  return shape.tags * shape.samples >= 100 ? 20 : 150;
}

/** Values k/8 with |k| < 2^15, so that sums are exact in any order. One frame in `badEvery` carries bad samples; 0: none does. */
export function prepareFrames(
  shape: FrameShape,
  options: { readonly wells: number; readonly rounds: number; readonly badEvery?: number },
): PreparedFrames {
  const { wells, rounds, badEvery = 0 } = options;
  let sum = 0;
  const parts: Buffer[] = [];
  const keys: Uint8Array[] = [];
  const dtMs = Int32Array.from({ length: shape.samples }, (_, i) => i * stepMs);
  for (let round = 0; round < rounds; round++) {
    for (let well = 0; well < wells; well++) {
      const site = `s${well >> 2}`;
      const series = Array.from({ length: shape.tags }, (_, tag) => {
        const quality = new Uint8Array(shape.samples);
        if (badEvery > 0 && parts.length % badEvery === 0) quality[tag % shape.samples] = 2;
        const value = valuesOf(shape.samples, round, tag);
        for (const each of value) sum += each;
        return { tag: `esp.tag${tag}`, dtMs, value, quality };
      });
      const names = { tenant: 'acme', site, well: `w${well}`, stream: 'fast' };
      const t0 = startMs + round * shape.samples * stepMs;
      parts.push(encodeFrame({ ...names, epoch: 1, seq: round, t0, historical: false, series }, schemaId));
      keys.push(Buffer.from(`acme/${site}`));
    }
  }
  const batch = Buffer.concat(parts);
  let at = 0;
  const frames = parts.map((part) => batch.subarray(at, (at += part.length)));
  const samples = parts.length * shape.tags * shape.samples;
  return { shape, wells, frames, keys, samples, sum };
}

function valuesOf(samples: number, round: number, tag: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => {
    const wave = Math.sin((round * samples + i) * 0.01 + tag) * 100;
    return Math.round(wave * 8) / 8;
  });
}
