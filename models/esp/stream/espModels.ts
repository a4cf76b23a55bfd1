/** The risk models that a thread has loaded: which of them speaks for a tenant, which are watched beside it. */
import type { TenantRef } from '#schemas/records/wellRef.js';
import type { ModelChoice } from '#pipelines/modelchoice/modelChoice.js';
import { type Backend, loadWasm } from '../../serving/backend.js';
import { listVersions } from '../../serving/listVersions.js';
import { type LoadedRiskModel, loadRiskModel } from '../model/riskArtifact.js';

export interface EspModels {
  readonly backend: Backend;
  /** What alerts and rankings are made from. */
  active(tenant: TenantRef): LoadedRiskModel;
  /** Scored beside, without alerts. */
  shadows(tenant: TenantRef): readonly LoadedRiskModel[];
  dispose(): void;
}

export const espRiskModel = 'esp-risk';

export interface EspModelsOptions {
  /** Folder of further versions: `<folder>/esp-risk/<any name>/`. */
  readonly modelsFolder?: string | null;
  /** What was decided for a tenant; the shipped version speaks where nothing was. */
  readonly choiceOf?: (tenant: TenantRef) => ModelChoice | undefined;
}

/**
 * Loads every version on this machine. Throws ARTIFACT_INVALID where one was trained on other features: better no start than
 * one that finds it out with a promotion. A version that is chosen but was not there at the start waits for a restart: the
 * shipped one speaks until then, and its rows say so.
 */
export async function openEspModels(options: EspModelsOptions = {}): Promise<EspModels> {
  const backend = await loadWasm();
  const { modelsFolder = null, choiceOf = () => undefined } = options;
  const versions = await listVersions(
    espRiskModel,
    import.meta.resolve('#models/esp/artifact'),
    modelsFolder,
  );
  const loaded = new Map<string, LoadedRiskModel>();
  const dispose = (): void => {
    for (const { model } of loaded.values()) model.net.dispose();
  };
  try {
    for (const { folder, manifest } of versions)
      loaded.set(manifest.version, await loadRiskModel(backend, folder));
  } catch (error) {
    dispose();
    throw error;
  }
  const shipped = loaded.get(versions[0]?.manifest.version ?? '') as LoadedRiskModel;
  const active = (tenant: TenantRef): LoadedRiskModel =>
    loaded.get(choiceOf(tenant)?.active ?? '') ?? shipped;
  return {
    backend,
    active,
    shadows(tenant) {
      const speaks = active(tenant);
      return (choiceOf(tenant)?.shadows ?? []).flatMap((version) => {
        const shadow = loaded.get(version);
        return shadow === undefined || shadow === speaks ? [] : [shadow];
      });
    },
    dispose,
  };
}
