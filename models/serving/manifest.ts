/** What is said about a trained model beside its weights: who it is, what it was trained on, how well it did. */
import { z } from 'zod';
import { canonicalSha256 } from './canonicalJson.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const storedFile = z.strictObject({ bytes: z.int().positive(), sha256 });

export const manifestSchema = z.strictObject({
  manifestVersion: z.literal(1),
  model: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  version: z.string().regex(/^[0-9A-Za-z.-]{1,32}$/),
  created: z.iso.datetime(),
  /** Of the feature spec's canonical JSON: a model is served only the rows it was trained on. */
  featureSpecSha256: sha256,
  trainingData: z.strictObject({
    /** The files by name, with version or URL: enough to find them again. */
    source: z.string(),
    /** Of the rows as they went into training. */
    fingerprintSha256: sha256,
    rows: z.int().positive(),
    trainedOn: z.array(z.string()),
    judgedOn: z.array(z.string()),
  }),
  /** What `evaluate` printed: names carry their unit, e.g. `detectionRate`, `falseAlarmsPerWellMonth`. */
  metrics: z.record(z.string(), z.number()),
  /** An alarm begins here, in the unit of the scores. */
  threshold: z.number(),
  /** Fitted figures that scoring needs besides the weights, e.g. a centre and a scale a feature. */
  fitted: z.record(z.string(), z.array(z.number())),
  /** Where longer lists stand in weights.bin, behind the net's own weights. */
  tables: z
    .record(z.string(), z.strictObject({ firstByte: z.int().nonnegative(), count: z.int().nonnegative() }))
    .optional(),
  files: z.strictObject({ 'model.json': storedFile, 'weights.bin': storedFile }),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** What a model's input is made of, as plain data with a name: a `FeatureSpec` or another. */
export interface NamedSpec {
  readonly name: string;
}

export function featureSpecSha256(spec: NamedSpec): string {
  return canonicalSha256(spec);
}
