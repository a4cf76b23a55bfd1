/** `balancin train esp`: simulates wells, fits the risk model natively, fixes its limits on others. */
import { createHash } from 'node:crypto';
import { type Backend, loadNative } from '../../serving/backend.js';
import type { Manifest } from '../../serving/manifest.js';
import { summaryWidth } from '../features/summaryRow.js';
import { mixedSettings } from '../simulator/randomisedRanges.js';
import { fitMembers, type FitMembersOptions, type Members } from './fitMembers.js';
import { fitLogistic } from './logisticRegression.js';
import { saveRiskModel } from './riskArtifact.js';
import { joinPieces, type PieceOptions, rowPieces } from './rowPieces.js';
import { type RiskAt, severityTargets } from './severityTargets.js';
import type { LabelledRows } from './trainingRows.js';
import { type Validated, validate } from './validate.js';

export interface TrainEspOptions {
  readonly folder: URL | string;
  /** ISO time for the manifest. */
  readonly created: string;
  readonly seed?: number;
  readonly epochs?: number;
  /** Wells to learn from. */
  readonly wells?: number;
  /** Keeps simulated rows there, so that a run that was stopped goes on; nothing is kept without. */
  readonly cache?: string;
  readonly boosting?: FitMembersOptions['boosting'];
  readonly backend?: Backend;
  readonly log?: (line: string) => void;
}

const defaults = { seed: 11, epochs: 12, wells: 1200 } as const;
const days = 180;
/** More than in the field: failures are what is learned from, and calibration sets the rate right again. */
const failuresWellYear = 3.5;
const keptShare = 0.25;
/** Wells that fix weights and limits, over wells to learn from: more than half of a setting that is never trained on. */
const validation = { deep: 0.2, randomised: 1 / 6 } as const;

/** Reproducible by seed on one platform. Throws MISSING_DEPENDENCY where the native binding was not built. */
export async function trainEsp(options: TrainEspOptions): Promise<Manifest> {
  const log = options.log ?? (() => {});
  const { seed, epochs, wells } = { ...defaults, ...options };
  const backend = options.backend ?? (await loadNative());
  const cache = options.cache ?? null;
  const fleet = { setting: 'randomised', seed, from: 0, wells, days, failuresWellYear, keptShare } as const;
  const data = taught(joinPieces([...rowPieces(fleet, cache, log)]), severityTargets(fleet));
  log(`${data.rows} well-days of ${wells} wells`);
  const members = fitMembers(backend, data, { seed, epochs, log, boosting: options.boosting ?? {} });
  log('logistic regression, the baseline');
  const logistic = fitLogistic({
    values: data.summary,
    rows: data.rows,
    width: summaryWidth,
    outcome: data.fails7,
    seed,
  });
  log('validation');
  const validated = validate(backend, members, logistic, validationPieces());
  for (const [name, value] of Object.entries(validated.metrics)) log(`${name} ${value.toFixed(3)}`);
  return saveEsp({ ...options, seed, backend, members, validated, data });

  function* validationPieces() {
    for (const [setting, share] of Object.entries(validation)) {
      const piece: PieceOptions = {
        setting: setting as keyof typeof validation,
        seed: seed + 12,
        from: 0,
        wells: Math.ceil(wells * share),
        days,
        keptShare: 1,
      };
      yield* rowPieces(piece, cache, log);
    }
  }
}

/** The same rows may train other models: what was fitted is in it too, as far as two runs on one machine agree. */
function versionOf(fingerprint: string, { calibration7, calibrationLater, threshold }: Validated): string {
  const fitted = JSON.stringify([calibration7, calibrationLater, threshold], (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value,
  );
  return createHash('sha256')
    .update(fingerprint + fitted)
    .digest('hex')
    .slice(0, 8);
}

/** Rows with the risk as the true severity gives it in the place of what happened to happen. */
function taught(data: LabelledRows, targets: readonly RiskAt[]): LabelledRows {
  const fails7 = new Float32Array(data.rows);
  const fails30 = new Float32Array(data.rows);
  for (let r = 0; r < data.rows; r++) {
    const riskAt = targets[data.well[r] as number] as RiskAt;
    [fails7[r], fails30[r]] = riskAt(data.timesMs[r] as number) as [number, number];
  }
  return { ...data, fails7, fails30, known30: new Uint8Array(data.rows).fill(1) };
}

function saveEsp(options: {
  readonly folder: URL | string;
  readonly created: string;
  readonly seed: number;
  readonly backend: Backend;
  readonly members: Members;
  readonly validated: Validated;
  readonly data: LabelledRows;
}): Promise<Manifest> {
  const { folder, backend, members, validated, data } = options;
  const { summary } = data;
  const fingerprint = createHash('sha256')
    .update(new Uint8Array(summary.buffer, summary.byteOffset, summary.byteLength))
    .digest('hex');
  const { calibration7, calibrationLater, netInMode } = validated;
  return saveRiskModel({
    folder,
    backend,
    model: { ...members, calibration7, calibrationLater, netInMode },
    alert: validated.alert,
    baseRates: validated.baseRates,
    about: {
      model: 'esp-risk',
      version: `1.${versionOf(fingerprint, validated)}`,
      created: options.created,
      trainingData: {
        source: `models/esp/simulator, seed ${options.seed}`,
        fingerprintSha256: fingerprint,
        rows: data.rows,
        trainedOn: [...mixedSettings],
        judgedOn: Object.keys(validation),
      },
      metrics: {
        validationWells: validated.wells,
        validationDays: validated.days,
        ...validated.metrics,
      },
      threshold: validated.threshold,
    },
  });
}
