/** Pumps for the demo, since no recordings of any are public: ESPs of the simulator, rod pumps of the wave equation. */
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import { drawLife } from '#models/esp/simulator/life.js';
import { drawWell } from '#models/esp/simulator/drawWell.js';
import { settings } from '#models/esp/simulator/ranges.js';
import { type SimulatedSeries, simulateWell } from '#models/esp/simulator/simulateWell.js';
import { writeEquipment } from '#models/esp/equipment.js';
import { installedBody } from '#models/esp/stream/espEquipment.js';
import { espFrames } from '#models/esp/stream/espFrames.js';
import { resampleLoop } from '#models/rodpump/wave/resampleLoop.js';
import { circleM2, rodString, steel, weightInFluidN } from '#models/rodpump/wave/rodString.js';
import { simulateStroke } from '#models/rodpump/wave/simulateStroke.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { encodeSiteRecord } from '#pipelines/records/encodeSiteRecord.js';
import { wireHeaderBytes } from '#pipelines/registry/wireFormat.js';
import type { DemoMessage } from './publish.js';

export const pumpSite = 'SIMULATED-PUMPS';

export interface SimulatedPumps {
  readonly wells: readonly { readonly well: string; readonly liftType: 'esp' | 'rod-pump' }[];
  readonly samples: number;
  messages(tenant: string): Generator<DemoMessage>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const setting = settings.onshore;
const seed = 2026;
/** Ten of them teach the baseline; the rest is enough for a degradation to show. */
const days = 24;
/** Wells looked at until those wanted are found: only their lives are drawn, which costs nothing. */
const indexMax = 2000;

/** `atMs`: the last sample of all. */
export function simulatePumps(atMs: number): SimulatedPumps {
  const startMs = Math.floor(atMs / hourMs) * hourMs - days * dayMs;
  const esps = [...measuredWells('fail', 1, startMs), ...measuredWells('run', 2, startMs)].map(
    (simulated, i) => ({ well: `ESP-${i + 1}`, simulated }),
  );
  const rods = [
    { well: 'ROD-1', fillage: (): number => 0.97 },
    { well: 'ROD-2', fillage: (nth: number) => Math.max(0.96 - 0.08 * nth, 0.45) },
  ];
  return {
    wells: [
      ...esps.map(({ well }) => ({ well, liftType: 'esp' as const })),
      ...rods.map(({ well }) => ({ well, liftType: 'rod-pump' as const })),
    ],
    samples: esps.reduce((sum, { simulated }) => sum + samplesOf(simulated), 0),
    *messages(tenant) {
      for (const { well, simulated } of esps) yield installed(tenant, well, simulated);
      for (const { well, simulated } of esps) yield* telemetry(tenant, well, simulated);
      for (const { well, fillage } of rods) yield* cards(tenant, well, { atMs, fillage });
    },
  };
}

/** Of the wells that do so those that measure their rate and what their pump gives. */
function measuredWells(does: 'fail' | 'run', wanted: number, startMs: number): SimulatedSeries[] {
  const measured: SimulatedSeries[] = [];
  for (const index of wellsThat(does, 3 * wanted)) {
    const one = simulateWell({ ranges: setting, seed, index, startMs, days, stepMs: hourMs });
    const { columns } = one.series;
    if (columns.has('well.ql') && columns.has('esp.pdp')) measured.push(one);
    if (measured.length === wanted) break;
  }
  return measured;
}

/** `fail`: within a week after the demo's last sample, from a degradation that has been growing for at least a week. */
function wellsThat(does: 'fail' | 'run', wanted: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < indexMax && found.length < wanted; index++) {
    const well = drawWell(setting, seed, index, 0);
    const { frequencyHz, choke } = well;
    const { failure, degradations, episodes } = drawLife(setting, {
      seed,
      index,
      startMs: 0,
      days,
      frequencyHz,
      choke,
    });
    const steady = episodes.every(({ kind }) => kind !== 'workover' && kind !== 'shut_in');
    const fails =
      failure !== null &&
      !failure.sudden &&
      failure.onsetMs > 8 * dayMs &&
      failure.onsetMs < (days - 7) * dayMs &&
      failure.failureMs > days * dayMs &&
      failure.failureMs < (days + 4) * dayMs;
    if (steady && (does === 'fail' ? fails : failure === null && degradations.length === 0))
      found.push(index);
  }
  return found;
}

function samplesOf({ series }: SimulatedSeries): number {
  let samples = 0;
  for (const values of series.columns.values())
    for (const value of values) if (!Number.isNaN(value)) samples++;
  return samples;
}

function installed(tenant: string, well: string, { series }: SimulatedSeries): DemoMessage {
  const { equipment } = series;
  const installedMs = equipment.installedMs ?? 0;
  const record = encodeSiteRecord(
    {
      tenant,
      site: pumpSite,
      recordId: `${well}-pump-1`,
      hlc: Date.now() * 1024,
      tombstone: false,
      kind: 'EquipmentInstalled',
      body: installedBody(well, installedMs, writeEquipment(equipment)),
    },
    0,
  );
  return { kind: 'records', payload: record.subarray(wireHeaderBytes), samples: 0 };
}

function* telemetry(tenant: string, well: string, { series }: SimulatedSeries): Generator<DemoMessage> {
  const frames = espFrames(series, {
    tenant,
    site: pumpSite,
    well,
    stream: 'drive',
    epoch: 1,
    firstSeq: 1,
    historical: false,
    fromMs: 0,
    untilMs: Number.POSITIVE_INFINITY,
    rowsPerFrame: 48,
  });
  for (const frame of frames) {
    let samples = 0;
    for (const { value } of frame.series) samples += value.length;
    yield { kind: 'telemetry', payload: encodeFrame(frame), samples };
  }
}

const cardType = avro.Type.forSchema(JSON.parse(readSchema('edge.cards.v1')) as avro.Schema);
const cardCount = 8;
const cardEveryMs = 10 * 60_000;
const cardPoints = 200;
const strokesPerMinute = 7;
const strokeM = 2.2;
/** A string and pump of the middle of the field: 1 200 m of 3/4" and 7/8" rods, 24 kN of fluid. */
const string = rodString([
  { lengthM: 500, areaM2: circleM2(22.2), ...steel },
  { lengthM: 700, areaM2: circleM2(19.05), ...steel },
]);

function* cards(
  tenant: string,
  well: string,
  { atMs, fillage }: { readonly atMs: number; readonly fillage: (nth: number) => number },
): Generator<DemoMessage> {
  for (let nth = 0; nth < cardCount; nth++) {
    const filled = fillage(nth);
    const { surface } = simulateStroke({
      string,
      pump: {
        condition: filled > 0.95 ? 'normal' : 'fluid_pound',
        fluidLoadN: 24_000,
        strokeM,
        severity: 1 - filled,
        speedMS: 1,
        frictionN: 0,
      },
      periodS: 60 / strokesPerMinute,
      polishedRodM: (phase) => (strokeM / 2) * (1 - Math.cos(2 * Math.PI * phase)),
      dampingPerS: 0.18,
      steps: 50,
      strokes: 3,
    });
    const positionM = new Float64Array(cardPoints);
    const loadN = new Float64Array(cardPoints);
    resampleLoop(surface.positionM, surface.positionM.length, positionM, cardPoints);
    resampleLoop(surface.loadN, surface.loadN.length, loadN, cardPoints);
    const weightN = weightInFluidN(string, 0.92);
    const payload = cardType.toBuffer({
      tenant,
      site: pumpSite,
      well,
      stream: 'cards',
      epoch: 1,
      seq: nth + 1,
      takenAtMs: Math.round(atMs - (cardCount - nth) * cardEveryMs),
      historical: false,
      kind: 'SURFACE',
      positionM: [...positionM],
      loadKn: Array.from(loadN, (n) => (n + weightN) / 1000),
      strokesPerMinute,
      fillage: 100 * filled,
      motorPowerKw: null,
    });
    yield { kind: 'cards', payload, samples: 0 };
  }
}
