/** The shipped classifier of downhole cards, ready to say three candidates of each card it is given. */
import { type Backend, loadWasm } from '../../serving/backend.js';
import { loadArtifact } from '../../serving/loadArtifact.js';
import { ranked } from '../cards/cardMetrics.js';
import type { CardOpinion } from '../cards/openCardClassifier.js';
import { softmax } from '../cards/softmax.js';
import { type DownholeCard, downholeInput, downholeInputSpec } from './downholeInput.js';
import { downholeModes } from './downholeModes.js';
import { downholeScores } from './downholeNet.js';

export interface PumpClassifier {
  readonly model: string;
  readonly version: string;
  /** Least probability of what is said. */
  readonly threshold: number;
  classify(cards: readonly DownholeCard[]): CardOpinion[];
  dispose(): void;
}

const candidates = 3;

/** WASM and the shipped artifact by default. Throws ARTIFACT_INVALID. */
export async function openPumpClassifier(
  options: { readonly backend?: Backend; readonly folder?: URL | string } = {},
): Promise<PumpClassifier> {
  const backend = options.backend ?? (await loadWasm());
  const folder = options.folder ?? import.meta.resolve('#models/rodpump/downhole/artifact');
  const { manifest, model } = await loadArtifact({ folder, spec: downholeInputSpec, backend });
  const { threshold, fitted } = manifest;
  const sharpness = fitted['sharpness']?.[0] ?? 1;
  return {
    model: manifest.model,
    version: manifest.version,
    threshold,
    classify(cards) {
      const inputs = cards.map(downholeInput);
      const scores = downholeScores(
        backend,
        model,
        inputs.filter((input) => input !== null),
      );
      let next = 0;
      return inputs.map((input) => {
        const row = input === null ? undefined : scores[next++];
        if (row === undefined) return { top: [], known: false, threshold };
        const p = softmax(row, sharpness);
        const top = ranked(p)
          .slice(0, candidates)
          .map((c) => ({ name: downholeModes[c] ?? '', p: p[c] as number }));
        return { top, known: (top[0]?.p ?? 0) >= threshold, threshold };
      });
    },
    dispose: () => model.dispose(),
  };
}
