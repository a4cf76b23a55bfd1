/** The risk models that a thread has loaded. */
import { type Backend, loadWasm } from '../../serving/backend.js';
import { type ChoiceOptions, type ChosenModels, openChosenModels } from '../../serving/chosenModels.js';
import { type LoadedRiskModel, loadRiskModel } from '../model/riskArtifact.js';

export interface EspModels extends ChosenModels<LoadedRiskModel> {
  readonly backend: Backend;
}

export const espRiskModel = {
  model: 'esp-risk',
  artifact: import.meta.resolve('#models/esp/artifact'),
} as const;

/** Throws ARTIFACT_INVALID. */
export async function openEspModels(options: ChoiceOptions = {}): Promise<EspModels> {
  const backend = await loadWasm();
  const models = await openChosenModels(espRiskModel, options, {
    load: (folder) => loadRiskModel(backend, folder),
    dispose: ({ model }) => model.net.dispose(),
  });
  return { backend, ...models };
}
