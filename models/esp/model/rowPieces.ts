/** Simulated wells as rows, a piece at a time: kept in a folder, so that a training that was stopped goes on where it was. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { seededRandom } from '../../flow-autoencoder/random.js';
import { canonicalSha256 } from '../../serving/canonicalJson.js';
import { espFeatureSpec } from '../features/featureSpec.js';
import { randomisation } from '../simulator/randomisedRanges.js';
import { settings } from '../simulator/ranges.js';
import type { WellFailure } from '../wellSeries.js';
import { type FleetOptions, trainingFleet } from './trainingFleet.js';
import { type LabelledRows, TrainingRows } from './trainingRows.js';

export interface RowPiece {
  readonly rows: LabelledRows;
  /** One a well, in the order in which `rows.well` counts them. */
  readonly failures: readonly (WellFailure | null)[];
}

export interface PieceOptions extends FleetOptions {
  /** Of the days without a failure ahead: one is like the next. */
  readonly keptShare: number;
}

/** Raised by hand where the simulator's physics change: pieces of before are no longer read. */
const physics = 3;
const pieceWells = 40;

/** Pieces in a fixed order; without a folder nothing is kept. */
export function* rowPieces(
  options: PieceOptions,
  folder: string | null,
  log: (line: string) => void,
): Generator<RowPiece> {
  const endWell = options.from + options.wells;
  for (let from = options.from; from < endWell; from += pieceWells) {
    const piece = { ...options, from, wells: Math.min(pieceWells, endWell - from) };
    const path = folder === null ? null : join(folder, `${keyOf(piece)}.rows`);
    if (path !== null && existsSync(path)) {
      yield deserialize(readFileSync(path)) as RowPiece;
      continue;
    }
    const made = makePiece(piece);
    log(`${options.setting}: wells ${from} to ${from + piece.wells - 1}, ${made.rows.rows} well-days`);
    if (path !== null && folder !== null) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.part`, serialize(made));
      renameSync(`${path}.part`, path);
    }
    yield made;
  }
}

function keyOf(piece: PieceOptions): string {
  const hash = canonicalSha256({ physics, piece, settings, randomisation, espFeatureSpec });
  return `${piece.setting}-${piece.seed}-${piece.from}-${hash.slice(0, 12)}`;
}

function makePiece(piece: PieceOptions): RowPiece {
  const random = seededRandom(piece.seed * 100_003 + piece.from);
  const rows = new TrainingRows(() => random() < piece.keptShare);
  const failures: (WellFailure | null)[] = [];
  for (const each of trainingFleet(piece)) {
    const failure = each.failures[0] ?? each.beyond ?? undefined;
    rows.add(each.series, failure, each.observedToMs);
    failures.push(failure ?? null);
  }
  return { rows: rows.all, failures };
}

/** Many pieces as one; wells are counted on. */
export function joinPieces(pieces: readonly RowPiece[]): LabelledRows {
  const rows = pieces.reduce((sum, piece) => sum + piece.rows.rows, 0);
  const joined: LabelledRows = {
    rows,
    summary: new Float32Array(pieces.reduce((sum, piece) => sum + piece.rows.summary.length, 0)),
    fails7: new Float32Array(rows),
    fails30: new Float32Array(rows),
    mode: new Int8Array(rows),
    well: new Uint32Array(rows),
    timesMs: new Float64Array(rows),
    known30: new Uint8Array(rows),
  };
  let [at, summaryAt, wells] = [0, 0, 0];
  for (const { rows: each, failures } of pieces) {
    joined.summary.set(each.summary, summaryAt);
    for (const name of ['fails7', 'fails30', 'mode', 'timesMs', 'known30'] as const)
      joined[name].set(each[name], at);
    joined.well.set(
      each.well.map((well) => well + wells),
      at,
    );
    at += each.rows;
    summaryAt += each.summary.length;
    wells += failures.length;
  }
  return joined;
}
