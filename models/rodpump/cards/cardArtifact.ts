/** Keeps a fitted classifier in a model folder: kernels and supporting cards as weights, the rest in the manifest. */
import { createHash } from 'node:crypto';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Backend } from '../../serving/backend.js';
import { loadArtifact } from '../../serving/loadArtifact.js';
import type { Manifest } from '../../serving/manifest.js';
import { saveArtifact } from '../../serving/saveArtifact.js';
import { cardClasses } from './cardClasses.js';
import type { FittedCards } from './cardClassifier.js';
import { cardInputSpec } from './cardInput.js';
import { likenessSpec } from './kernelHead.js';
import { featureCount } from './kernelNet.js';

const supportsLayer = 'supports';
/** What the fitted numbers mean: an artifact fitted with another input or likeness is refused. */
const spec = { ...cardInputSpec, likeness: likenessSpec };

export interface CardArtifact {
  readonly manifest: Manifest;
  readonly net: LayersModel;
  readonly fitted: FittedCards;
}

/** `fitted` as `fitCards` made it of `seen`. */
export async function saveCards(
  backend: Backend,
  net: LayersModel,
  fitted: FittedCards,
  options: {
    readonly folder: URL | string;
    readonly created: string;
    readonly source: string;
    readonly metrics: Readonly<Record<string, number>>;
  },
): Promise<Manifest> {
  const { tf, layers } = backend;
  const { supports, ridge, logistic } = fitted.head;
  const n = supports.length;
  // A dense layer whose columns are the supporting cards' standardised features: TensorFlow.js keeps it like any weight.
  const dense = layers.layers.dense({ units: n, useBias: false, name: supportsLayer });
  const out = dense.apply(net.outputs[0] as SymbolicTensor) as SymbolicTensor;
  const model = layers.model({ inputs: net.inputs, outputs: out });
  const columns = new Float32Array(featureCount * n);
  for (const [i, { features }] of supports.entries())
    for (let k = 0; k < featureCount; k++) columns[k * n + i] = features[k] as number;
  tf.tidy(() => dense.setWeights([tf.tensor2d(columns, [featureCount, n])]));
  const fingerprint = createHash('sha256').update(new Uint8Array(columns.buffer)).digest('hex');
  // Another fit to the same cards is another version.
  const whole = createHash('sha256').update(fingerprint);
  for (const weights of [ridge, logistic]) whole.update(new Uint8Array(weights.buffer));
  return await saveArtifact({
    folder: options.folder,
    spec,
    backend,
    model,
    about: {
      model: 'surface-cards',
      version: `3.${whole.digest('hex').slice(0, 8)}`,
      created: options.created,
      trainingData: {
        source: options.source,
        fingerprintSha256: fingerprint,
        rows: n,
        trainedOn: [...cardClasses],
        judgedOn: [],
      },
      metrics: options.metrics,
      threshold: fitted.threshold,
      fitted: {
        mean: Array.from(fitted.mean),
        spread: Array.from(fitted.spread),
        absolute: supports.flatMap(({ absolute }) => [...absolute]),
        ridge: Array.from(ridge),
        logistic: Array.from(logistic),
        sharpness: [fitted.sharpness],
      },
    },
  });
}

/** Throws ARTIFACT_INVALID. The caller disposes `net`. */
export async function loadCards(backend: Backend, folder: URL | string): Promise<CardArtifact> {
  const { manifest, model } = await loadArtifact({ folder, spec, backend });
  const layer = model.getLayer(supportsLayer);
  const columns = (layer.getWeights()[0]?.dataSync() ?? new Float32Array(0)) as Float32Array;
  const n = manifest.trainingData.rows;
  const {
    mean = [],
    spread = [],
    absolute = [],
    ridge = [],
    logistic = [],
    sharpness = [],
  } = manifest.fitted;
  const supports = Array.from({ length: n }, (_, i) => ({
    features: Float32Array.from({ length: featureCount }, (_, k) => columns[k * n + i] as number),
    absolute: absolute.slice(i * 3, i * 3 + 3),
  }));
  const net = backend.layers.model({ inputs: model.inputs, outputs: layer.input });
  return {
    manifest,
    net,
    fitted: {
      mean: Float32Array.from(mean),
      spread: Float32Array.from(spread),
      sharpness: sharpness[0] ?? 1,
      threshold: manifest.threshold,
      head: {
        supports,
        ridge: Float64Array.from(ridge),
        logistic: Float64Array.from(logistic),
        classes: cardClasses.length,
      },
    },
  };
}
