/** `balancin train flow-autoencoder`: fits the net to normal operation, sets its threshold on wells left out, saves it. */
import { createHash } from 'node:crypto';
import { BalancinError } from '#schemas/errors.js';
import { type Backend, loadWasm } from '../serving/backend.js';
import type { Manifest } from '../serving/manifest.js';
import { saveArtifact } from '../serving/saveArtifact.js';
import { listThreeWFiles } from '../threew/listThreeWFiles.js';
import { readThreeWFile } from '../threew/readThreeWFile.js';
import { chooseThreshold, type ScoredFile } from './chooseThreshold.js';
import { type Contest, contestOf, netScores, sizeScores } from './contestants.js';
import { featureRowsOf } from './featureRows.js';
import { flowFeatureSpec } from './featureSpec.js';
import { type FitOptions, fitAutoencoder } from './fitAutoencoder.js';
import { createRowScorer } from './rowScorer.js';
import { falseAlarmsPerWellDay, trainedOn } from './split.js';

export interface TrainOptions {
  /** Folder that holds 3W as `<class>/*.csv[.gz]`. */
  readonly data: string;
  /** ISO time for the manifest. */
  readonly created: string;
  readonly folder?: URL | string;
  readonly backend?: Backend;
  readonly seed?: number;
  readonly epochs?: number;
  /** Wells whose normal operation trains; at least two, for each is left out once. */
  readonly wells?: readonly string[];
  readonly log?: (line: string) => void;
}

interface TrainingFile {
  readonly well: string;
  readonly days: number;
  /** A row a minute: training has use for more rows than serving. */
  readonly dense: Float32Array;
  readonly contest: Contest;
}

/**
 * Reproducible: the same files, seed and backend give the same metrics within 1 %. Fails with NOT_FOUND where a well of the
 * split has no file of normal operation.
 */
export async function train(options: TrainOptions): Promise<Manifest> {
  const log = options.log ?? (() => {});
  const wells = options.wells ?? trainedOn;
  const fit: FitOptions = { epochs: options.epochs ?? 30, seed: options.seed ?? 20_190_801 };
  const backend = options.backend ?? (await loadWasm());
  const files = await readTrainingFiles(options.data, wells);
  log(`${files.length} files of normal operation, wells ${wells.join(', ')}`);

  // 1. Each well left out in turn: scores of wells a net has not seen set the unit and the thresholds.
  const net: ScoredFile[] = [];
  const size: ScoredFile[] = [];
  for (const well of wells) {
    const fitted = fitAutoencoder(
      backend,
      flowFeatureSpec,
      joined(files.filter((f) => f.well !== well)),
      fit,
    );
    const scorer = createRowScorer({ backend, spec: flowFeatureSpec, unit: 1, ...fitted });
    for (const { contest, days } of files.filter((f) => f.well === well)) {
      const { endMs } = contest.rows;
      net.push({ endMs, days, scores: netScores(scorer, contest.rows) });
      size.push({ endMs, days, scores: sizeScores(flowFeatureSpec, fitted.scaling, contest.rows) });
    }
    fitted.model.dispose();
    log(`without ${well}: loss ${fitted.loss.toFixed(4)}`);
  }
  const unit = median(net.flatMap((f) => Array.from(f.scores)));
  const threshold = chooseThreshold(net, falseAlarmsPerWellDay) / unit;
  const zFiles = files.map(({ contest, days }) => ({
    endMs: contest.rows.endMs,
    days,
    scores: contest.zScores,
  }));

  // 2. The net that is served learns from all of them.
  const rows = joined(files);
  const fitted = fitAutoencoder(backend, flowFeatureSpec, rows, fit);
  log(`all wells: loss ${fitted.loss.toFixed(4)}, threshold ${threshold.toFixed(3)}`);
  const fingerprint = createHash('sha256').update(new Uint8Array(rows.buffer)).digest('hex');
  const manifest = await saveArtifact({
    folder: options.folder ?? import.meta.resolve('#models/flow-autoencoder/artifact'),
    spec: flowFeatureSpec,
    backend,
    model: fitted.model,
    about: {
      model: 'flow-autoencoder',
      version: `1.${fingerprint.slice(0, 8)}`,
      created: options.created,
      trainingData: {
        source: 'Petrobras 3W dataset, class 0 (Vargas et al. 2019, CC BY 4.0)',
        fingerprintSha256: fingerprint,
        rows: rows.length / flowFeatureSpec.width,
        trainedOn: [...wells],
        judgedOn: [],
      },
      metrics: {
        loss: fitted.loss,
        normalWellDays: files.reduce((sum, f) => sum + f.days, 0),
        falseAlarmsPerWellDayAllowed: falseAlarmsPerWellDay,
        sizeThreshold: chooseThreshold(size, falseAlarmsPerWellDay),
        zScoreThreshold: chooseThreshold(zFiles, falseAlarmsPerWellDay),
      },
      threshold,
      fitted: {
        centre: [...fitted.scaling.centre],
        spread: [...fitted.scaling.spread],
        unit: [unit],
      },
    },
  });
  fitted.model.dispose();
  return manifest;
}

async function readTrainingFiles(data: string, wells: readonly string[]): Promise<TrainingFile[]> {
  const listed = listThreeWFiles(data).filter((f) => f.class === 0 && wells.includes(f.well));
  for (const well of wells)
    if (!listed.some((f) => f.well === well))
      throw new BalancinError('NOT_FOUND', `${data} holds no normal operation (class 0) of ${well}`);
  const files: TrainingFile[] = [];
  for (const { path, well } of listed) {
    const instance = await readThreeWFile(path);
    files.push({
      well,
      days: ((instance.timesMs.at(-1) ?? 0) - (instance.timesMs[0] ?? 0)) / 86_400_000,
      dense: featureRowsOf(instance, { ...flowFeatureSpec, stepMinutes: 1 }).values,
      contest: contestOf(instance, flowFeatureSpec),
    });
  }
  return files;
}

function joined(files: readonly TrainingFile[]): Float32Array {
  const all = new Float32Array(files.reduce((n, f) => n + f.dense.length, 0));
  let at = 0;
  for (const { dense } of files) {
    all.set(dense, at);
    at += dense.length;
  }
  return all;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1;
}
