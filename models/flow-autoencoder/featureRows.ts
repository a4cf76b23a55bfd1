/** Feature rows of 3W instances, made by the operator that serves: what training and evaluation read. */
import { createFeatureOperator } from '#pipelines/features/featureOperator.js';
import type { FeatureSpec } from '#pipelines/features/featureSpec.js';
import type { FeatureBatch } from '#schemas/records/featureBatch.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import type { ThreeWInstance } from '../threew/readThreeWFile.js';
import { replayMinutes } from '../threew/replayMinutes.js';

export interface FeatureRows {
  readonly rows: number;
  /** Row-major, `rows × spec.width`. */
  readonly values: Float32Array;
  readonly endMs: Float64Array;
}

const noTenant = {
  tenantId: 0,
  slug: 'dataset',
  schema: 't_dataset',
  retentionDays: null,
  machineLearning: true,
};

/** The well of one file as the operators want it. */
export const datasetWell: WellRef = { tenant: noTenant, wellId: 1, siteId: 1, site: 'dataset', well: 'file' };

/** `fromRow` crops the start of the file: what comes before was never seen. `onMinute` sees what the operator sees. */
export function featureRowsOf(
  instance: ThreeWInstance,
  spec: FeatureSpec,
  options: { readonly fromRow?: number; readonly onMinute?: (batch: WindowBatch) => void } = {},
): FeatureRows {
  const names = instance.columns.map((c) => c.tag);
  const operator = createFeatureOperator(spec, { tagName: (_tenant, id) => names[id] ?? '' });
  const values: Float32Array[] = [];
  const ends: number[] = [];
  const keep = (batch: FeatureBatch): void => {
    for (let i = 0; i < batch.length; i++) {
      values.push(batch.values.slice(i * batch.width, (i + 1) * batch.width));
      ends.push(batch.endMs[i] as number);
    }
  };
  const clock = { nowMs: 0 };
  replayMinutes(
    instance,
    {
      well: datasetWell,
      lane: 'live',
      tagId: (tag) => names.indexOf(tag),
      fromRow: options.fromRow ?? 0,
    },
    (batch) => {
      options.onMinute?.(batch);
      operator.process(batch, keep);
      operator.endCycle?.(clock, keep);
    },
  );
  const all = new Float32Array(values.length * spec.width);
  values.forEach((row, i) => all.set(row, i * spec.width));
  return { rows: values.length, values: all, endMs: Float64Array.from(ends) };
}
