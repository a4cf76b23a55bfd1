/** The versions of the flow autoencoder that a thread has loaded. */
import type { Scorer, Scorers } from '#pipelines/score/scorer.js';
import { loadWasm } from '../serving/backend.js';
import { type ChoiceOptions, type ChosenModels, openChosenModels } from '../serving/chosenModels.js';
import { flowFeatureSpec } from './featureSpec.js';
import { createScorer } from './scorer.js';

export const flowScorerModel = {
  model: 'flow-autoencoder',
  artifact: import.meta.resolve('#models/flow-autoencoder/artifact'),
} as const;

/** Throws ARTIFACT_INVALID. */
export async function openFlowScorers(options: ChoiceOptions = {}): Promise<ChosenModels<Scorer> & Scorers> {
  const backend = await loadWasm();
  const models = await openChosenModels(flowScorerModel, options, {
    load: (folder) => createScorer({ backend, folder }),
    dispose: (scorer) => scorer.dispose(),
  });
  return { model: flowScorerModel.model, spec: flowFeatureSpec, ...models };
}
