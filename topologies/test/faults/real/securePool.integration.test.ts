import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import kafkajs from 'kafkajs';
import { kafkaMissing, startKafka } from '#ops/servers/kafka.js';
import { needs } from '#ops/servers/needs.js';
import { selfSigned } from '#ops/servers/selfSigned.js';
import { findTestServer } from '#ops/servers/testServer.js';
import { openFeed } from '../live/feedTopics.js';
import { truthOf, untilTrue } from '../live/judgeCell.js';
import { openLiveCell } from '../live/liveCell.js';
import { planTraffic } from '../live/pacedTraffic.js';
import { watchTasks } from '../live/taskWatch.js';
import { openFleet } from './workerFleet.js';

const { Kafka, logLevel } = kafkajs;
const kafkaTest = needs(test, await kafkaMissing());
const patienceMs = 60_000;

kafkaTest(
  'a pool works with SCRAM over TLS, and nobody gets in with another password or without TLS',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'balancin-secure-'));
    const certificate = selfSigned(Date.now());
    const authorities = join(folder, 'authorities.pem');
    await writeFile(authorities, certificate.cert);
    const sasl = { mechanism: 'scram-sha-256', username: 'ana', password: 'q"uote\\d' } as const;
    const server = await startKafka({
      dir: join(folder, 'kafka'),
      sasl,
      tls: certificate,
      heapMb: 400,
      quick: true,
    });
    t.teardown(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const { brokers, internal } = server;
    const ssl = { ca: [certificate.cert] };
    const login = (more: object) =>
      new Kafka({
        brokers: [...brokers],
        logLevel: logLevel.NOTHING,
        retry: { retries: 0 },
        ...more,
      }).admin();
    for (const stranger of [
      login({ ssl, sasl: { ...sasl, password: 'wrong' } }),
      login({ ssl }),
      login({ sasl }),
    ]) {
      await t.throwsAsync(stranger.connect().then(() => stranger.listTopics()));
      await stranger.disconnect();
    }

    const databaseUrl = await findTestServer();
    // The truth is asked for by the way that the brokers have among themselves.
    const cell = await openLiveCell({ brokers: internal, databaseUrl, schemaRegistryUrl: null });
    const feed = await openFeed(internal, cell.prefix);
    const security = {
      tls: true,
      saslMechanism: sasl.mechanism,
      saslUsername: sasl.username,
      saslPassword: sasl.password,
    };
    const databasePort = Number(new URL(databaseUrl).port);
    const fleet = openFleet(
      cell,
      () => ({ brokers, databasePort, schemaRegistryUrl: null, security }),
      folder,
      {
        env: { NODE_EXTRA_CA_CERTS: authorities },
      },
    );
    const watch = watchTasks(cell.pool, 'wells');
    try {
      const traffic = planTraffic(cell, 5);
      const half = traffic.length >> 1;
      await fleet.start();
      await feed.send(traffic.slice(0, half));
      await fleet.start();
      await feed.send(traffic.slice(half));
      const truth = await truthOf(cell, internal);
      t.true(truth.frames.admitted > 200);
      t.deepEqual(await untilTrue(cell, truth, performance.now() + patienceMs), []);
      for (const worker of fleet.living) t.true(await worker.leave());
      const said = await Promise.all(fleet.all.map((worker) => worker.said()));
      t.false(said.join('').includes('uote'), 'the password is in no log');
      t.deepEqual(watch.broken, []);
    } finally {
      await fleet.end();
      await watch.stop();
      await feed.close();
      await cell.remove();
    }
  },
);
