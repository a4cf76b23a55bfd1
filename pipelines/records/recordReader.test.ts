import test from 'ava';
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import { Tally } from '#pipelines/tally.js';
import { createRecordReader } from './recordReader.js';

const arrivalMs = 1_790_000_000_000;
const tenant: TenantRef = {
  tenantId: 1,
  slug: 'acme',
  schema: 't_acme',
  retentionDays: null,
  machineLearning: true,
};
const well: WellRef = { tenant, wellId: 7, siteId: 1, site: 'norte', well: 'W-1' };
const schemas = {
  schemaText: (id: number) => (id === 1 ? readSchema('edge.records.v1') : id === 2 ? null : undefined),
};
const directory = {
  find: (slug: string, site: string, name: string) =>
    slug !== 'acme'
      ? ('unknown-tenant' as const)
      : site === 'norte' && name === 'W-1'
        ? well
        : ('unknown-well' as const),
  tenant: (slug: string) => (slug === 'acme' ? tenant : undefined),
  tagId: () => -1,
  tagName: () => '',
  resolve: async () => {},
};
const type = avro.Type.forSchema(JSON.parse(readSchema('edge.records.v1')) as avro.Schema, {
  wrapUnions: 'auto',
});
const production = {
  'balancin.edge.DailyProduction': {
    well: 'W-1',
    day: 20_000,
    oilM3: 12.5,
    gasSm3: null,
    waterM3: 30,
    onHours: 23.5,
    method: 'ALLOCATED',
  },
};
const version = {
  tenant: 'acme',
  site: 'norte',
  recordId: 'W-1/20000',
  hlc: arrivalMs * 1024,
  tombstone: false,
  body: production as Record<string, unknown>,
};

function read(value: Uint8Array | null, options: { key?: string; fetched?: boolean } = {}) {
  const emitted: SiteRecord[] = [];
  const record: LogRecord = {
    topic: 'edge.records.v1',
    partition: 0,
    offset: 0,
    timestampMs: arrivalMs,
    key: Buffer.from(options.key ?? 'acme/norte'),
    value,
    headers: null,
  };
  const reader = createRecordReader({ schemas, directory, tally: new Tally() });
  const outcome = reader.read(record, options.fetched ?? true, (out) => void emitted.push(out));
  return { outcome, emitted };
}

const encode = (value: unknown, id = 1): Buffer => encodeWire(id, type.toBuffer(value));

test('a record of a known well is handed on whole', (t) => {
  const { outcome, emitted } = read(encode(version));
  t.deepEqual(outcome, { kind: 'accepted' });
  t.is(emitted[0]?.kind, 'DailyProduction');
  t.is(emitted[0]?.wellId, 7);
  t.like(emitted[0]?.body, { oilM3: 12.5, gasSm3: null, method: 'ALLOCATED' });
});

test('a record about no well needs its tenant alone', (t) => {
  const body = {
    'balancin.edge.Reserves': {
      entity: 'field',
      asOf: 20_000,
      category: 'PROBABLE',
      product: 'OIL',
      volumeM3: 1e6,
      estimator: null,
    },
  };
  const { outcome, emitted } = read(encode({ ...version, body }));
  t.deepEqual(outcome, { kind: 'accepted' });
  t.is(emitted[0]?.wellId, null);
  t.is(emitted[0]?.tenant, tenant);
});

test('what is not known yet is asked for before it is refused', (t) => {
  const body = {
    'balancin.edge.DailyProduction': { ...production['balancin.edge.DailyProduction'], well: 'W-2' },
  };
  const asked = read(encode({ ...version, body }), { fetched: false });
  t.like(asked.outcome, { kind: 'miss', miss: { kind: 'directory', well: 'W-2' } });
  t.like(read(encode({ ...version, body })).outcome, {
    kind: 'rejected',
    reason: 'unknown-well',
    tenant: 'acme',
  });
  t.like(read(encode(version, 3)).outcome, { kind: 'miss', miss: { kind: 'schema', schemaId: 3 } });
});

test('each kind of bad record has its reason, and none throws', (t) => {
  const whole = encode(version);
  const cases: [Uint8Array | null, string, string?][] = [
    [null, 'wire-format'],
    [Uint8Array.of(1, 2), 'wire-format'],
    [encode(version, 2), 'unknown-schema'],
    [encode({ ...version, tenant: 'other' }), 'key-mismatch'],
    [encode({ ...version, tenant: 'other' }), 'unknown-tenant', 'other/norte'],
    [encode({ ...version, hlc: (arrivalMs + 25 * 3_600_000) * 1024 }), 'time-impossible'],
    [encode({ ...version, hlc: -1 }), 'time-impossible'],
    [Buffer.concat([whole, Buffer.from([1])]), 'undecodable'],
  ];
  for (let cut = 5; cut < whole.length; cut++) cases.push([whole.subarray(0, cut), 'undecodable']);
  for (const [value, reason, key] of cases)
    t.like(read(value, key === undefined ? {} : { key }).outcome, { kind: 'rejected', reason });
});
