/** The risk models that a thread has loaded: which of them speaks for a tenant, which are watched beside it. */
import type { TenantRef } from '#schemas/records/wellRef.js';
import { type Backend, loadWasm } from '../../serving/backend.js';
import { type LoadedRiskModel, loadRiskModel } from '../model/riskArtifact.js';

export interface EspModels {
  readonly backend: Backend;
  /** What alerts and rankings are made from. */
  active(tenant: TenantRef): LoadedRiskModel;
  /** Scored beside, without alerts. */
  shadows(tenant: TenantRef): readonly LoadedRiskModel[];
  dispose(): void;
}

/** The shipped artifact for everybody. Throws ARTIFACT_INVALID where it was trained on other features. */
export async function openEspModels(): Promise<EspModels> {
  const backend = await loadWasm();
  const shipped = await loadRiskModel(backend, import.meta.resolve('#models/esp/artifact'));
  return {
    backend,
    active: () => shipped,
    shadows: () => [],
    dispose: () => shipped.model.net.dispose(),
  };
}
