/** The trained flow autoencoder as the stream's `Scorer`. */
import type { Scorer } from '#pipelines/score/scorer.js';
import { BalancinError } from '#schemas/errors.js';
import { type Backend, loadWasm } from '../serving/backend.js';
import { loadArtifact } from '../serving/loadArtifact.js';
import { flowFeatureSpec } from './featureSpec.js';
import { createRowScorer } from './rowScorer.js';

export interface ScorerOptions {
  /** WASM by default: safe in worker threads and fastest at small batches. */
  readonly backend?: Backend;
  /** The shipped artifact by default. */
  readonly folder?: URL | string;
}

/** Fails with ARTIFACT_INVALID where the artifact is not what its manifest says or was trained on other features. */
export async function createScorer(options: ScorerOptions = {}): Promise<Scorer> {
  const folder = options.folder ?? import.meta.resolve('#models/flow-autoencoder/artifact');
  const backend = options.backend ?? (await loadWasm());
  const { manifest, model } = await loadArtifact({ folder, spec: flowFeatureSpec, backend });
  const fitted = (name: string, length: number): Float32Array => {
    const numbers = manifest.fitted[name];
    if (numbers?.length !== length) {
      model.dispose();
      throw new BalancinError(
        'ARTIFACT_INVALID',
        `the manifest of ${manifest.model} lacks ${length} × ${name}`,
      );
    }
    return Float32Array.from(numbers);
  };
  const scaling = {
    centre: fitted('centre', flowFeatureSpec.width),
    spread: fitted('spread', flowFeatureSpec.width),
  };
  const unit = fitted('unit', 1)[0] as number;
  const rows = createRowScorer({ backend, spec: flowFeatureSpec, model, scaling, unit });
  return {
    model: manifest.model,
    version: manifest.version,
    spec: flowFeatureSpec,
    threshold: manifest.threshold,
    score: (values, count, scores, shares) => rows.score(values, count, scores, shares),
    dispose: () => model.dispose(),
  };
}
