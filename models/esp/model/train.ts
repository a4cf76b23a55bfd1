/** `balancin train esp`: simulates wells of several settings, fits the risk model natively, fixes its limits on others. */
import { createHash } from 'node:crypto';
import { seededRandom } from '../../flow-autoencoder/random.js';
import { type Backend, loadNative } from '../../serving/backend.js';
import type { Manifest } from '../../serving/manifest.js';
import type { SettingName } from '../simulator/ranges.js';
import { fitMembers } from './fitMembers.js';
import { saveRiskModel } from './riskArtifact.js';
import { type FleetOptions, trainingFleet } from './trainingFleet.js';
import { type LabelledRows, TrainingRows } from './trainingRows.js';
import { type Validated, type ValidationWell, validate } from './validate.js';

export interface TrainEspOptions {
  readonly folder: URL | string;
  /** ISO time for the manifest. */
  readonly created: string;
  readonly seed?: number;
  readonly epochs?: number;
  /** Wells a setting. */
  readonly wells?: number;
  readonly backend?: Backend;
  readonly log?: (line: string) => void;
}

const trainedSettings = ['onshore', 'offshore', 'gassy'] as const satisfies readonly SettingName[];
/** One of them was never trained on: limits must hold for a field that is new. */
const validatedSettings = ['heavy', 'onshore', 'gassy'] as const satisfies readonly SettingName[];

const defaults = { seed: 11, epochs: 10, wells: 360 } as const;
const days = 180;
/** More than in the field: failures are what is learned from, and calibration sets the rate right again. */
const failuresWellYear = 3.5;
/** Of the days without a failure ahead: one is like the next. */
const keptShare = 0.25;

/** Reproducible by seed on one platform. Throws MISSING_DEPENDENCY where the native binding was not built. */
export async function trainEsp(options: TrainEspOptions): Promise<Manifest> {
  const log = options.log ?? (() => {});
  const { seed, epochs, wells } = { ...defaults, ...options };
  const backend = options.backend ?? (await loadNative());
  const random = seededRandom(seed);
  const rows = new TrainingRows({ images: true, keep: () => random() < keptShare });
  for (const setting of trainedSettings) {
    log(`${wells} wells of setting ${setting}`);
    for (const each of trainingFleet({ setting, seed, from: 0, wells, days, failuresWellYear }))
      rows.add(each.series, each.failures[0] ?? each.beyond ?? undefined, each.observedToMs);
  }
  const data = rows.all;
  log(`${data.rows} well-days`);
  const members = fitMembers(backend, data, { seed, epochs, log });
  log('validation');
  const validated = validate(backend, members, validationWells(seed + 12, Math.ceil(wells / 3)));
  return saveEsp({ ...options, seed, backend, members, validated, data });
}

function saveEsp(options: {
  readonly folder: URL | string;
  readonly created: string;
  readonly seed: number;
  readonly backend: Backend;
  readonly members: Parameters<typeof validate>[1];
  readonly validated: Validated;
  readonly data: LabelledRows;
  readonly metrics?: Readonly<Record<string, number>>;
}): Promise<Manifest> {
  const { folder, backend, members, validated, data } = options;
  const { summary } = data;
  const fingerprint = createHash('sha256')
    .update(new Uint8Array(summary.buffer, summary.byteOffset, summary.byteLength))
    .digest('hex');
  return saveRiskModel({
    folder,
    backend,
    model: { ...members, ...validated },
    alert: validated.alert,
    baseRates: validated.baseRates,
    about: {
      model: 'esp-risk',
      version: `1.${fingerprint.slice(0, 8)}`,
      created: options.created,
      trainingData: {
        source: `models/esp/simulator, seed ${options.seed}`,
        fingerprintSha256: fingerprint,
        rows: data.rows,
        trainedOn: [...trainedSettings],
        judgedOn: [...validatedSettings],
      },
      metrics: {
        validationWells: validated.wells,
        validationDays: validated.days,
        falseAlarmsPerWellMonth: validated.falseAlarmsPerWellMonth,
        ...options.metrics,
      },
      threshold: validated.threshold,
    },
  });
}

function* validationWells(seed: number, wells: number): Generator<ValidationWell> {
  for (const [n, setting] of validatedSettings.entries()) {
    const fleet: FleetOptions = { setting, seed, from: n * 1000, wells: n === 0 ? 2 * wells : wells, days };
    for (const each of trainingFleet(fleet)) {
      const rows = new TrainingRows({ images: true });
      const failure = each.failures[0] ?? each.beyond ?? undefined;
      rows.add(each.series, failure, each.observedToMs);
      yield { rows: rows.all, failure };
    }
  }
}
