/** Frames as JSON, for edges that have no Avro: checked and brought to an `EdgeFrame`. */
import { z } from 'zod';
import { quality } from '#schemas/signals/quality.js';
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';
import type { EdgeIdentity } from './mqttTopic.js';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().min(1).max(200);

const seriesSchema = z
  .object({
    tag: name,
    dtMs: z.array(z.number().int().min(-2147483648).max(2147483647)),
    /** null stands for a sample that the sensor did not give. */
    value: z.array(z.number().nullable()),
    quality: z.array(z.number().int().min(0).max(255)).optional(),
  })
  .refine((s) => s.dtMs.length === s.value.length, 'dtMs and value must be of one length')
  .refine(
    (s) => s.quality === undefined || s.quality.length === s.value.length,
    'quality and value must be of one length',
  );

const frameSchema = z.object({
  well: name,
  stream: name,
  epoch: count,
  seq: count,
  t0: z.union([count, z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]),
  historical: z.boolean().default(false),
  series: z.array(seriesSchema).max(10_000),
});

export type JsonFrameResult =
  | { readonly ok: true; readonly frame: EdgeFrame }
  | { readonly ok: false; readonly detail: string };

/** `detail` says in one sentence what is wrong and where. */
export function parseJsonFrame(text: string, identity: EdgeIdentity): JsonFrameResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, detail: `the payload is not JSON: ${(error as Error).message}` };
  }
  const parsed = frameSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      detail: `JSON frame: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'invalid'}`,
    };
  }
  const { series, ...head } = parsed.data;
  return {
    ok: true,
    frame: {
      ...head,
      ...identity,
      series: series.map((s) => ({
        tag: s.tag,
        dtMs: s.dtMs,
        value: s.value.map((v) => v ?? Number.NaN),
        quality: Uint8Array.from(s.value, (v, i) => {
          const given = s.quality?.[i] ?? quality.good;
          return v === null && given < quality.bad ? quality.badNotANumber : given;
        }),
      })),
    },
  };
}
