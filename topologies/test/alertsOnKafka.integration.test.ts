import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import avro from 'avsc';
import kafkajs from 'kafkajs';
import { testKafka, testKafkaMissing, type TestKafka } from '#ops/servers/testKafka.js';
import { needs } from '#ops/servers/needs.js';
import { alertLines } from '#pipelines/alert/alertText.js';
import { readAlert } from '#pipelines/alert/alertView.js';
import { asTenant } from '#pipelines/database/asTenant.js';
import { pluggedAtMinute, pluggedFrames } from './pluggedWell.fixture.js';
import { eventually, openTestCell, partitions, tenant } from './testCell.js';

const kafkaTest = needs(test, await testKafkaMissing());
const who = { tenant, site: 'norte', well: 'W-1' };
const t0 = Date.UTC(2026, 0, 10, 6);

/** What anybody who knows the topic and the registry can read: nothing of ours is used here. */
interface Told {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

async function readAlerts(t: ExecutionContext, { brokers, registryUrl, prefix }: TestKafka): Promise<Told[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `${prefix}reader` });
  const types = new Map<number, Promise<avro.Type>>();
  const typeOf = async (id: number): Promise<avro.Type> => {
    const answer = await fetch(`${registryUrl}/schemas/ids/${id}`);
    return avro.Type.forSchema(
      JSON.parse(((await answer.json()) as { schema: string }).schema) as avro.Schema,
    );
  };
  const told: Told[] = [];
  await consumer.connect();
  t.teardown(async () => await consumer.disconnect());
  await consumer.subscribe({ topic: `${prefix}balancin.alerts.v1`, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { key, value } }) => {
      if (value === null || value[0] !== 0) throw new Error('not the wire format');
      const id = value.readInt32BE(1);
      const type = types.get(id) ?? typeOf(id);
      types.set(id, type);
      told.push({ key: String(key), value: (await type).fromBuffer(value.subarray(5)) as Told['value'] });
    },
  });
  return told;
}

kafkaTest(
  'on Kafka an event is one alert to a plain consumer, also where its worker is killed in the middle',
  async (t) => {
    const kafka = await testKafka(t);
    const cell = await openTestCell(t, {
      wells: [who],
      brokers: kafka.brokers,
      prefix: kafka.prefix,
      schemaRegistryUrl: kafka.registryUrl,
    });
    const line = { t0, freeAt: 75 };
    await cell.publish(pluggedFrames(who, [0, 58], line));
    const fixture = fileURLToPath(new URL('./workerProcess.fixture.js', import.meta.url));
    const settings = JSON.stringify({ thread: cell.thread, partitions, threads: 1 });
    const child = spawn(process.execPath, [fixture, settings], { stdio: ['ignore', 'ignore', 'inherit'] });
    // The alert is committed; whether its message has left nobody knows.
    await eventually(t, 'the alert', async () => (await cell.rows('SELECT FROM alert')).length > 0);
    child.kill('SIGKILL');
    await once(child, 'exit');

    await cell.publish(pluggedFrames(who, [58, 110], line));
    const told = await readAlerts(t, kafka);
    cell.startWorkers(1);
    await eventually(t, 'the return to normal, told', () =>
      Promise.resolve(told.some(({ value }) => value['state'] === 'RETURNED_UNACKNOWLEDGED')),
    );

    t.is(new Set(told.map(({ value }) => value['alertId'])).size, 1);
    t.true(told.every(({ key }) => key === 'acme/norte'));
    const byRevision = new Map<number, Told['value']>();
    for (const { value } of told) {
      const revision = value['revision'] as number;
      t.deepEqual(value, byRevision.get(revision) ?? value, 'what is sent twice is the same');
      byRevision.set(revision, value);
    }
    const revisions = [...byRevision.keys()];
    t.deepEqual(
      revisions,
      [...revisions].sort((a, b) => a - b),
      'in the order they were made',
    );
    const [first] = byRevision.values();
    t.like(first, {
      tenant,
      site: 'norte',
      well: 'W-1',
      kind: 'PROCESS',
      state: 'UNACKNOWLEDGED',
      endMs: null,
    });
    t.is(first?.['startMs'], t0 + pluggedAtMinute * 60_000);
    const signals = (first?.['signals'] ?? []) as {
      tag: string;
      expected: number;
      actual: number;
      unit: string;
    }[];
    t.true(signals.some(({ tag, unit }) => tag === 'well.whp' && unit === 'kPa'));
    t.true(signals.every(({ expected, actual }) => expected !== actual));
    t.is((first?.['causes'] as string[] | undefined)?.[0], 'pluggedFlowline');
    const announced = await cell.rows<{ revision: number }>(
      'SELECT revision FROM alert WHERE announced ORDER BY revision',
    );
    t.deepEqual(
      revisions,
      announced.map(({ revision }) => revision),
      'all that was written as sent, was',
    );

    // What `alert show` says of the revision that holds.
    const last = byRevision.get(revisions.at(-1) ?? 0);
    const shown = await asTenant(cell.pool, tenant, (client) => readAlert(client, String(last?.['alertId'])));
    if (shown === null) return t.fail('the alert told is not in the database');
    t.deepEqual(
      { ...(last?.['texts'] as object) },
      {
        es: alertLines(shown, 'es'),
        en: alertLines(shown, 'en'),
      },
    );
    const { es, en } = (last?.['texts'] ?? { es: [], en: [] }) as { es: string[]; en: string[] };
    for (const start of ['Causa probable: ', 'Primero: ', 'Se despeja con: '])
      t.true(
        es.some((said) => said.startsWith(start)),
        start,
      );
    t.is(en.length, es.length);
    t.deepEqual(last?.['similar'], shown.detail.similar);
  },
);
