/** The models there are, their versions here, and what was decided about each. */
import type { Pool } from 'pg';
import { BalancinError } from '#schemas/errors.js';
import { espFeatureSpec } from '#models/esp/features/featureSpec.js';
import { espRiskModel } from '#models/esp/stream/espModels.js';
import { flowFeatureSpec } from '#models/flow-autoencoder/featureSpec.js';
import { flowScorerModel } from '#models/flow-autoencoder/flowScorers.js';
import { cardInputSpec } from '#models/rodpump/cards/cardInput.js';
import { downholeInputSpec } from '#models/rodpump/downhole/downholeInput.js';
import { pumpCardsModel, surfaceCardsModel } from '#models/rodpump/stream/cardModels.js';
import { listVersions, type ModelVersion } from '#models/serving/listVersions.js';
import { featureSpecSha256, type NamedSpec } from '#models/serving/manifest.js';
import type { ModelChoice } from '#pipelines/modelchoice/modelChoice.js';
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

const models: readonly ServedModel[] = [
  { ...espRiskModel, spec: espFeatureSpec },
  { ...surfaceCardsModel, spec: cardInputSpec },
  { ...pumpCardsModel, spec: downholeInputSpec },
  { ...flowScorerModel, spec: flowFeatureSpec },
];

interface ServedModel {
  readonly model: string;
  /** That comes with the program. */
  readonly artifact: string;
  /** What this program makes for it. */
  readonly spec: NamedSpec;
}

export async function listModels(pool: Pool, modelsFolder: string | null): Promise<ListedModel[]> {
  const decided = await readChoices(pool);
  const scored = await lastScores(
    pool,
    decided.map(({ tenant }) => tenant),
  );
  const all = await Promise.all(
    models.map(async (served): Promise<ListedModel[]> => {
      const { model, artifact } = served;
      return (await listVersions(model, artifact, modelsFolder)).map((one) => {
        const { version } = one.manifest;
        const tenants = (holds: (choice: ModelChoice | undefined) => boolean): string[] =>
          decided.filter(({ choices }) => holds(choices[model])).map(({ tenant }) => tenant);
        return {
          ...listed(one),
          usable: isUsable(served, one),
          activeFor: tenants((choice) => {
            const active = choice?.active ?? null;
            return active === null ? one.shipped : active === version;
          }),
          shadowFor: tenants((choice) => choice?.shadows.includes(version) ?? false),
          lastScoreAt: scored.get(`${model} ${version}`) ?? null,
        };
      });
    }),
  );
  return all.flat();
}

/** Throws USAGE for a model whose version cannot be chosen. */
export function requireChoosable(model: string): ServedModel {
  const served = models.find((one) => one.model === model);
  if (served !== undefined) return served;
  const names = models.map((one) => one.model).join(', ');
  throw new BalancinError('USAGE', `there is no model '${model}'; versions can be chosen of: ${names}`);
}

/** Throws NOT_FOUND naming the versions there are. */
export async function requireVersion(
  model: string,
  version: string,
  modelsFolder: string | null,
): Promise<{ readonly usable: boolean }> {
  const served = requireChoosable(model);
  const versions = await listVersions(model, served.artifact, modelsFolder);
  const one = versions.find(({ manifest }) => manifest.version === version);
  if (one !== undefined) return { usable: isUsable(served, one) };
  const there = versions.map(({ manifest }) => manifest.version).join(', ');
  throw new BalancinError(
    'NOT_FOUND',
    `${model} has no version ${version} on this machine; there is: ${there}`,
  );
}

function isUsable({ spec }: ServedModel, { manifest }: ModelVersion): boolean {
  return manifest.featureSpecSha256 === featureSpecSha256(spec);
}

function listed({ manifest, folder, shipped }: ModelVersion) {
  const { model, version, created } = manifest;
  return { model, version, folder, shipped, created };
}

/** By model and version, over all tenants. */
async function lastScores(pool: Pool, tenants: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const last = new Map<string, string>();
  for (const tenant of tenants) {
    const schema = quoteName(tenantSchema(tenant));
    const { rows } = await pool.query<{ key: string; at: Date }>(
      `SELECT model || ' ' || version AS key, max(at) AS at FROM ${schema}.esp_risk
       WHERE at > now() - interval '60 days' GROUP BY 1
       UNION ALL
       SELECT model || ' ' || version, max(at) FROM ${schema}.score WHERE at > now() - interval '60 days' GROUP BY 1`,
    );
    for (const { key, at } of rows) {
      const iso = at.toISOString().slice(0, 16);
      if (iso > (last.get(key) ?? '')) last.set(key, iso);
    }
  }
  return last;
}
