/** How fast the hot path is from bytes to closed windows: decode, admit, window. */
import { readSchema } from '#schemas/avro/readSchema.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { Bench, BenchCase, BenchSize } from '#ops/bench/bench.js';
import { floorRate } from '#ops/bench/floorRate.js';
import { measure, measureTimes } from '#ops/bench/measure.js';
import { frameShapes, type PreparedFrames, prepareFrames, roundsOf } from '#ops/bench/preparedFrames.js';
import { resultHash } from '#ops/bench/resultHash.js';
import { createAdmit } from '#pipelines/admit/admit.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import { createDecoder } from '#pipelines/decode/decoder.js';
import { createWindowOperator } from './windowOperator.js';

const wellsOf = { smoke: 8, full: 512 } as const;
const arrivalMs = 1_770_000_000_000;
/** One frame in four carries bad samples. */
const dirtyEvery = 4;

export const bench: Bench = {
  name: 'window',
  about:
    'Avro frames in memory to closed one-minute windows: decode, admit, window, state drained once a run.',
  run(size) {
    const cases: BenchCase[] = [];
    for (const shape of frameShapes) {
      const rounds = roundsOf(shape, size);
      const prepared = prepareFrames(shape, { wells: wellsOf[size], rounds });
      cases.push({
        name: `${shape.name} floor`,
        unit: 'samples',
        rate: floorRate(prepared, size),
        ratioToFloor: 1,
        hash: '',
        figures: { frames: prepared.frames.length },
      });
      cases.push(caseOf(shape.name, prepared, size));
      if (shape.samples < 60) continue;
      const dirty = prepareFrames(shape, { wells: wellsOf[size], rounds, badEvery: dirtyEvery });
      cases.push(caseOf(`${shape.name} dirty`, dirty, size));
    }
    return { inputs: { wells: wellsOf[size], stepMs: 1000, values: 'k/8', dirtyEvery }, cases };
  },
};

function caseOf(name: string, prepared: PreparedFrames, size: BenchSize): BenchCase {
  const units = prepared.samples;
  let totals = runOnce(prepared);
  const { rate } = measure(() => void (totals = runOnce(prepared)), { units, ...measureTimes[size] });
  const { rows, stateBytes, ...sums } = totals;
  return {
    name,
    unit: 'samples',
    rate,
    ratioToFloor: rate / floorRate(prepared, size),
    hash: resultHash(Object.values(sums)),
    figures: {
      rows,
      stateBytesPerTag: stateBytes / (prepared.wells * prepared.shape.tags),
      nsPerFrame: (1e9 / rate) * (prepared.samples / prepared.frames.length),
    },
  };
}

/** A new task reads all frames, ends one cycle and drains its state: what it counted must be what was prepared. */
function runOnce(prepared: PreparedFrames) {
  const schema = readSchema('edge.telemetry.v1');
  const decoder = createDecoder({ schemas: { schemaText: () => schema } });
  const admit = createAdmit({ directory: directoryOf(prepared.wells) });
  const window = createWindowOperator();
  const source = { topic: 'edge.telemetry.v1', arrivalMs, key: null as Uint8Array | null, final: true };
  const totals = { samples: 0, good: 0, sum: 0, sumSquares: 0, rows: 0, stateBytes: 0 };
  const emit: Parameters<typeof window.process>[1] = (batch) => {
    for (let i = 0; i < batch.length; i++) {
      totals.samples += batch.counts[i]!;
      totals.good += batch.goods[i]!;
      totals.sum += batch.sums[i]!;
      totals.sumSquares += batch.sumSquares[i]!;
    }
    totals.rows += batch.length;
  };
  for (let i = 0; i < prepared.frames.length; i++) {
    const outcome = decoder.decode(prepared.frames[i]!);
    if (outcome !== 'decoded') throw new Error(`frame ${i}: ${outcome.reason}`);
    source.key = prepared.keys[i]!;
    const admission = admit.admit(decoder.reading, source);
    if (admission !== 'admitted') throw new Error(`frame ${i}: ${JSON.stringify(admission)}`);
    window.process(admit.admitted, emit);
  }
  window.endCycle({ nowMs: arrivalMs }, emit);
  const out = {
    put: (_: number, value: Uint8Array) => void (totals.stateBytes += value.length),
    remove: () => undefined,
  };
  admit.state.drainChanges(out);
  window.state.drainChanges(out);
  if (totals.samples + window.openSamples() !== prepared.samples)
    throw new Error('samples were lost or made');
  return totals;
}

/** All wells known, tags numbered as they come. */
function directoryOf(wells: number): WellDirectory {
  const tenant = { tenantId: 1, slug: 'acme', schema: 't_acme', retentionDays: null, machineLearning: true };
  const refs = new Map<string, WellRef>();
  for (let w = 0; w < wells; w++) {
    const [site, well] = [`s${w >> 2}`, `w${w}`];
    refs.set(`${site}/${well}`, { tenant, wellId: w + 1, siteId: (w >> 2) + 1, site, well });
  }
  const bySite = new Map<string, Map<string, WellRef>>();
  for (const ref of refs.values()) {
    const site = bySite.get(ref.site) ?? new Map<string, WellRef>();
    bySite.set(ref.site, site.set(ref.well, ref));
  }
  const tags = new Map<string, number>();
  return {
    find: (slug, site, well) =>
      slug === 'acme' ? (bySite.get(site)?.get(well) ?? 'unknown-well') : 'unknown-tenant',
    tagId(_, tag) {
      let id = tags.get(tag);
      if (id === undefined) tags.set(tag, (id = tags.size + 1));
      return id;
    },
    tenant: () => undefined,
    tagName: (_, id) => [...tags.keys()][id - 1]!,
    resolve: () => Promise.resolve(),
  };
}
