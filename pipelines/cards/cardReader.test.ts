/** Laws of the cards' way in: what is read, what is refused with which reason, what came before. */
import test from 'ava';
import avro from 'avsc';
import { readSchema } from '#schemas/avro/readSchema.js';
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import { encodeWire } from '#pipelines/registry/wireFormat.js';
import { Tally } from '#pipelines/tally.js';
import { cardPointsMax, createCardReader } from './cardReader.js';

const t0 = 1_790_000_000_000;
const tenant: TenantRef = {
  tenantId: 1,
  slug: 'acme',
  schema: 't_acme',
  retentionDays: null,
  machineLearning: true,
};
const well: WellRef = { tenant, wellId: 7, siteId: 1, site: 'norte', well: 'W-1' };
const directory = {
  find: (slug: string, _site: string, name: string) =>
    slug !== 'acme' ? ('unknown-tenant' as const) : name === 'W-1' ? well : ('unknown-well' as const),
  tenant: () => tenant,
  tagId: () => -1,
  tagName: () => '',
  resolve: async () => {},
};
const schemas = { schemaText: (id: number) => (id === 1 ? readSchema('edge.cards.v1') : undefined) };
const type = avro.Type.forSchema(JSON.parse(readSchema('edge.cards.v1')) as avro.Schema);
const sent = {
  tenant: 'acme',
  site: 'norte',
  well: 'W-1',
  stream: 'cards',
  epoch: 1,
  seq: 1,
  takenAtMs: t0,
  historical: false,
  kind: 'SURFACE',
  positionM: [0, 1, 2, 1],
  loadKn: [20, 30, 30, 20],
  strokesPerMinute: 6,
  fillage: 80,
  motorPowerKw: null,
};

function open() {
  const tally = new Tally();
  const reader = createCardReader({ schemas, directory, tally });
  const cards: PumpCard[] = [];
  const read = (over: object = {}, key = 'acme/norte', schemaId = 1) =>
    reader.read(
      {
        topic: 'edge.cards.v1',
        partition: 0,
        offset: 0,
        timestampMs: t0,
        key: Buffer.from(key),
        value: encodeWire(schemaId, type.toBuffer({ ...sent, ...over })),
        headers: null,
      },
      true,
      (card) => cards.push(card),
    );
  return { reader, cards, read, tally };
}

test('a card is passed on with its well, its fillage as a share', (t) => {
  const { cards, read, tally } = open();
  t.deepEqual(read(), { kind: 'accepted' });
  t.like(cards[0], { well, lane: 'live', takenAtMs: t0, place: 'surface', fillage: 0.8 });
  t.deepEqual([...cards[0]!.loadKn], sent.loadKn);
  t.is(tally.siteRecords, 1);
});

test('a card that came before is a duplicate, also after the task moved; each lane and place has its own', (t) => {
  const { reader, read, tally } = open();
  read();
  t.is(read().kind, 'duplicate');
  t.is(read({ takenAtMs: t0 - 1 }).kind, 'duplicate');
  t.is(read({ historical: true }).kind, 'accepted');
  t.is(read({ kind: 'DOWNHOLE' }).kind, 'accepted');
  t.is(tally.frames.duplicate, 2);
  const moved = open();
  reader.state?.drainAll({
    put: (key, value) => moved.reader.state?.restore(key, value.slice()),
    remove: () => {},
  });
  t.is(moved.read().kind, 'duplicate');
  t.is(moved.read({ takenAtMs: t0 + 1 }).kind, 'accepted');
});

test('what cannot be used is refused with its reason', (t) => {
  const { read, reader, cards } = open();
  const long = Array.from({ length: cardPointsMax + 1 }, () => 1);
  const refused: [object, string][] = [
    [{ loadKn: [1, 2] }, 'length-mismatch'],
    [{ positionM: long, loadKn: long }, 'frame-too-large'],
    [{ takenAtMs: t0 + 25 * 3_600_000 }, 'time-impossible'],
    [{ well: 'W-9' }, 'unknown-well'],
  ];
  for (const [over, reason] of refused) t.like(read(over), { kind: 'rejected', reason });
  t.like(read({}, 'acme/sur'), { kind: 'rejected', reason: 'key-mismatch' });
  t.like(read({}, 'acme/norte', 9), { kind: 'miss', miss: { kind: 'schema', schemaId: 9 } });
  const garbage = {
    topic: '',
    partition: 0,
    offset: 0,
    timestampMs: t0,
    key: null,
    value: Buffer.from('x'),
    headers: null,
  };
  t.like(
    reader.read(garbage, true, () => t.fail()),
    { kind: 'rejected', reason: 'wire-format' },
  );
  t.deepEqual(cards, []);
});
