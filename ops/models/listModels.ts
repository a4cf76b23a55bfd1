/** The models there are, their versions here, and what was decided about each. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { espFeatureSpec } from '#models/esp/features/featureSpec.js';
import { espRiskModel } from '#models/esp/stream/espModels.js';
import { listVersions, type ModelVersion } from '#models/serving/listVersions.js';
import { featureSpecSha256 } from '#models/serving/manifest.js';
import { readChoices } from '#pipelines/modelchoice/readChoices.js';
import { quoteName, tenantSchema } from '#pipelines/database/tenantNames.js';

export interface ListedModel {
  readonly model: string;
  readonly version: string;
  readonly folder: string;
  readonly shipped: boolean;
  readonly created: string;
  /** Whether it was trained on the features that this program makes. */
  readonly usable: boolean;
  readonly activeFor: readonly string[];
  readonly shadowFor: readonly string[];
  readonly lastScoreAt: string | null;
}

/** Models of which one version comes with the program and no other can be chosen yet. */
const fixed: Readonly<Record<string, string>> = {
  'flow-autoencoder': import.meta.resolve('#models/flow-autoencoder/artifact'),
  'surface-cards': import.meta.resolve('#models/rodpump/cards/artifact'),
};
const espArtifact = import.meta.resolve('#models/esp/artifact');

export async function listModels(pool: Pool, modelsFolder: string | null): Promise<ListedModel[]> {
  const decided = await readChoices(pool);
  const scored = await lastScores(
    pool,
    decided.map(({ tenant }) => tenant),
  );
  const esp = (await listVersions(espRiskModel, espArtifact, modelsFolder)).map((one): ListedModel => {
    const { version } = one.manifest;
    return {
      ...listed(one),
      usable: isUsable(one),
      activeFor: decided
        .filter(({ choices }) => {
          const active = choices[espRiskModel]?.active ?? null;
          return active === null ? one.shipped : active === version;
        })
        .map(({ tenant }) => tenant),
      shadowFor: decided
        .filter(({ choices }) => choices[espRiskModel]?.shadows.includes(version) ?? false)
        .map(({ tenant }) => tenant),
      lastScoreAt: scored.get(version) ?? null,
    };
  });
  const others = await Promise.all(
    Object.entries(fixed).map(async ([model, folder]): Promise<ListedModel[]> => {
      const versions = await listVersions(model, folder, null);
      const tenants = decided.map(({ tenant }) => tenant);
      return versions.map((one) => ({
        ...listed(one),
        usable: true,
        activeFor: tenants,
        shadowFor: [],
        lastScoreAt: scored.get(one.manifest.version) ?? null,
      }));
    }),
  );
  return [...esp, ...others.flat()];
}

/** Throws USAGE for a model whose version cannot be chosen. */
export function requireChoosable(model: string): void {
  if (model === espRiskModel) return;
  const known = Object.hasOwn(fixed, model);
  throw new BalancinError(
    'USAGE',
    known
      ? `${model} has the one version that comes with the program`
      : `there is no model '${model}'; versions can be chosen of: ${espRiskModel}`,
  );
}

/** Throws NOT_FOUND naming the versions there are. */
export async function requireVersion(
  model: string,
  version: string,
  modelsFolder: string | null,
): Promise<{ readonly usable: boolean }> {
  requireChoosable(model);
  const versions = await listVersions(model, espArtifact, modelsFolder);
  const one = versions.find(({ manifest }) => manifest.version === version);
  if (one !== undefined) return { usable: isUsable(one) };
  const there = versions.map(({ manifest }) => manifest.version).join(', ');
  throw new BalancinError(
    'NOT_FOUND',
    `${model} has no version ${version} on this machine; there is: ${there}`,
  );
}

function isUsable({ manifest }: ModelVersion): boolean {
  return manifest.featureSpecSha256 === featureSpecSha256(espFeatureSpec);
}

function listed({ manifest, folder, shipped }: ModelVersion) {
  const { model, version, created } = manifest;
  return { model, version, folder, shipped, created };
}

/** By version, over all tenants. */
async function lastScores(pool: Pool, tenants: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const last = new Map<string, string>();
  for (const tenant of tenants) {
    const schema = quoteName(tenantSchema(tenant));
    const { rows } = await pool.query<{ version: string; at: Date }>(
      `SELECT version, max(at) AS at FROM ${schema}.esp_risk WHERE at > now() - interval '60 days' GROUP BY version
       UNION ALL
       SELECT version, max(at) AS at FROM ${schema}.score WHERE at > now() - interval '60 days' GROUP BY version`,
    );
    for (const { version, at } of rows) {
      const iso = at.toISOString().slice(0, 16);
      if (iso > (last.get(version) ?? '')) last.set(version, iso);
    }
  }
  return last;
}
