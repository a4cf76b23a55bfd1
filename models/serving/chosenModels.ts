/** The versions of one model that a thread has loaded: which of them speaks for a tenant, which are watched beside it. */
import type { TenantRef } from '#schemas/records/wellRef.js';
import type { ModelChoice } from '#pipelines/modelchoice/modelChoice.js';
import { listVersions } from './listVersions.js';

export interface ChosenModels<T> {
  /** What findings, alerts and rankings are made from. */
  active(tenant: TenantRef): T;
  /** Scored beside, without findings. */
  shadows(tenant: TenantRef): readonly T[];
  dispose(): void;
}

export interface ChoiceOptions {
  /** Folder of further versions: `<folder>/<model>/<any name>/`. */
  readonly modelsFolder?: string | null;
  /** What was decided for a tenant about a model; the shipped version speaks where nothing was. */
  readonly choiceOf?: (tenant: TenantRef, model: string) => ModelChoice | undefined;
}

/**
 * Loads every version on this machine. Throws ARTIFACT_INVALID where one was trained on other features: better no start than
 * one that finds it out with a promotion. A version that is chosen but was not there at the start waits for a restart: the
 * shipped one speaks until then, and its rows say so.
 */
export async function openChosenModels<T>(
  { model, artifact }: { readonly model: string; readonly artifact: URL | string },
  { modelsFolder = null, choiceOf = () => undefined }: ChoiceOptions,
  each: { readonly load: (folder: string) => Promise<T>; readonly dispose: (loaded: T) => void },
): Promise<ChosenModels<T>> {
  const versions = await listVersions(model, artifact, modelsFolder);
  const loaded = new Map<string, T>();
  const dispose = (): void => {
    for (const one of loaded.values()) each.dispose(one);
  };
  try {
    for (const { folder, manifest } of versions) loaded.set(manifest.version, await each.load(folder));
  } catch (error) {
    dispose();
    throw error;
  }
  const shipped = loaded.get(versions[0]?.manifest.version ?? '') as T;
  const active = (tenant: TenantRef): T => loaded.get(choiceOf(tenant, model)?.active ?? '') ?? shipped;
  return {
    active,
    shadows(tenant) {
      const speaks = active(tenant);
      return (choiceOf(tenant, model)?.shadows ?? []).flatMap((version) => {
        const shadow = loaded.get(version);
        return shadow === undefined || shadow === speaks ? [] : [shadow];
      });
    },
    dispose,
  };
}
