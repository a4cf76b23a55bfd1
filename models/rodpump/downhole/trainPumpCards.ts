/** Trains the classifier of downhole cards on simulated ones, and writes its artifact. */
import { createHash } from 'node:crypto';
import { type Backend, loadWasm } from '../../serving/backend.js';
import type { Manifest } from '../../serving/manifest.js';
import { saveArtifact } from '../../serving/saveArtifact.js';
import { bestSharpness, thresholdOf } from '../cards/sureness.js';
import { downholeInputSpec } from './downholeInput.js';
import { downholeModes } from './downholeModes.js';
import { downholeScores, fitDownholeNet } from './downholeNet.js';
import { simulatedCards } from './simulatedCards.js';

export interface PumpCardTraining {
  readonly folder: URL | string;
  readonly created: string;
  readonly seed: number;
  /** Simulated cards to learn from; a quarter more set sharpness and threshold. */
  readonly cards?: number;
  readonly epochs?: number;
  readonly backend?: Backend;
  readonly log?: (line: string) => void;
}

const usualCards = 4400;
const usualEpochs = 30;
/** What is said of cards of the training's own kind is right so often. */
const accuracyWanted = 0.98;
/** Seeds of sets of one training lie this far from those of another, and from those that are judged on. */
const seedStep = 1000;

export async function trainPumpCards(options: PumpCardTraining): Promise<Manifest> {
  const { seed, cards = usualCards, epochs = usualEpochs, log = () => {} } = options;
  const backend = options.backend ?? (await loadWasm());
  const learnt = simulatedCards('usual', cards, seed * seedStep + 1);
  log(`${learnt.length} cards simulated`);
  const model = fitDownholeNet(backend, learnt, { epochs, seed });
  const outside = simulatedCards('usual', Math.round(cards / 4), seed * seedStep + 2);
  const scores = downholeScores(
    backend,
    model,
    outside.map(({ input }) => input),
  );
  const judged = outside.map(({ label }, i) => ({ label, scores: scores[i] ?? new Float64Array() }));
  const sharpness = bestSharpness(judged);
  const hash = createHash('sha256');
  for (const { input } of learnt) hash.update(new Uint8Array(input.series.buffer));
  const fingerprint = hash.digest('hex');
  const manifest = await saveArtifact({
    folder: options.folder,
    spec: downholeInputSpec,
    backend,
    model,
    about: {
      model: 'pump-cards',
      version: `1.${fingerprint.slice(0, 8)}`,
      created: options.created,
      trainingData: {
        source: `simulated: forward wave equation, setting usual, seed ${seed}`,
        fingerprintSha256: fingerprint,
        rows: learnt.length,
        trainedOn: [...downholeModes],
        judgedOn: [],
      },
      metrics: { cards: learnt.length },
      threshold: thresholdOf(judged, { sharpness, accuracyWanted }),
      fitted: { sharpness: [sharpness] },
    },
  });
  model.dispose();
  return manifest;
}
