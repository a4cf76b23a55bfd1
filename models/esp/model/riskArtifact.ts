/** The risk model as an artifact: net, trees and scaling in the weights, few figures in the manifest. */
import { BalancinError } from '#schemas/errors.js';
import type { Backend } from '../../serving/backend.js';
import { loadArtifact } from '../../serving/loadArtifact.js';
import type { Manifest } from '../../serving/manifest.js';
import { saveArtifact } from '../../serving/saveArtifact.js';
import { espFeatureSpec } from '../features/featureSpec.js';
import { summaryWidth } from '../features/summaryRow.js';
import { failureModes } from '../modes.js';
import type { AlertLimits } from './alertLatch.js';
import type { Calibration } from './calibration.js';
import { packTrees, unpackTrees } from './packedTrees.js';
import type { RiskModel } from './riskModel.js';

export interface LoadedRiskModel {
  readonly model: RiskModel;
  readonly manifest: Manifest;
  readonly alert: AlertLimits;
  /** Of a failure within 7 and within 30 days, over all wells. */
  readonly baseRates: readonly [number, number];
}

export async function saveRiskModel(options: {
  readonly folder: URL | string;
  readonly backend: Backend;
  readonly model: RiskModel;
  readonly alert: AlertLimits;
  readonly baseRates: readonly [number, number];
  readonly about: Omit<Manifest, 'manifestVersion' | 'featureSpecSha256' | 'files' | 'fitted' | 'tables'>;
}): Promise<Manifest> {
  const { folder, backend, model, alert, about } = options;
  const numbered = (name: string, all: RiskModel['trees7']): [string, Float32Array][] =>
    all.map((trees, i) => [`${name}.${i}`, packTrees(trees)]);
  return saveArtifact({
    folder,
    spec: espFeatureSpec,
    backend,
    model: model.net,
    tables: {
      middle: model.scaling.middle,
      scale: model.scaling.scale,
      ...Object.fromEntries([
        ...numbered('trees7', model.trees7),
        ...numbered('treesLater', [model.treesLater]),
        ...numbered('treesMode', model.treesMode),
      ]),
    },
    about: {
      ...about,
      fitted: {
        calibration7: [model.calibration7.bias, ...model.calibration7.weights],
        calibrationLater: [model.calibrationLater.bias, ...model.calibrationLater.weights],
        netInMode: [model.netInMode],
        alert: [alert.open, alert.close],
        baseRates: [...options.baseRates],
      },
    },
  });
}

/** Throws ARTIFACT_INVALID where it was trained on other features or anything is missing. */
export async function loadRiskModel(backend: Backend, folder: URL | string): Promise<LoadedRiskModel> {
  const { manifest, tables, model: net } = await loadArtifact({ folder, spec: espFeatureSpec, backend });
  const lacking = (name: string): BalancinError =>
    new BalancinError('ARTIFACT_INVALID', `the artifact of ${manifest.model} lacks ${name}`);
  const fitted = (name: string, length: number): readonly number[] => {
    const numbers = manifest.fitted[name];
    if (numbers?.length !== length) throw lacking(name);
    return numbers;
  };
  const table = (name: string, length?: number): Float32Array => {
    const numbers = tables.get(name);
    if (numbers === undefined || (length !== undefined && numbers.length !== length)) throw lacking(name);
    return numbers;
  };
  const calibration = (name: string): Calibration => {
    const [bias = 0, ...weights] = fitted(name, 3);
    return { bias, weights };
  };
  const trees = (name: string) => unpackTrees(table(name), summaryWidth);
  try {
    const members = [...tables.keys()].filter((name) => name.startsWith('trees7.'));
    const [open = 1, close = 1] = fitted('alert', 2);
    const [p7 = 0, p30 = 0] = fitted('baseRates', 2);
    return {
      manifest,
      alert: { open, close },
      baseRates: [p7, p30],
      model: {
        net,
        scaling: {
          middle: table('middle', summaryWidth),
          scale: table('scale', summaryWidth),
        },
        trees7: members.map(trees),
        treesLater: trees('treesLater.0'),
        treesMode: failureModes.map((_, m) => trees(`treesMode.${m}`)),
        calibration7: calibration('calibration7'),
        calibrationLater: calibration('calibrationLater'),
        netInMode: fitted('netInMode', 1)[0] as number,
      },
    };
  } catch (error) {
    net.dispose();
    throw error;
  }
}
