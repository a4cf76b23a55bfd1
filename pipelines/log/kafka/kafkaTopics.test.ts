/** What the cluster is asked, by a client that a test makes. */
import test from 'ava';
import type { Admin, Kafka } from 'kafkajs';
import { BalancinError } from '#schemas/errors.js';
import { KafkaTopics } from './kafkaTopics.js';

/** Each client answers as its own turn says; the last one goes on for all later ones. */
function clusterOf(
  answers: readonly (() => Promise<{ partition: number; offset: string; low: string; high: string }[]>)[],
) {
  let clients = 0;
  let underWay = 0;
  let underWayMost = 0;
  const closed = new Set<number>();
  const kafka = {
    admin: () => {
      const client = clients++;
      const answer = answers[Math.min(client, answers.length - 1)];
      return {
        connect: async () => {},
        listTopics: async () => ['t'],
        disconnect: async () => {
          closed.add(client);
        },
        fetchTopicMetadata: async () => ({ topics: [{ name: 't', partitions: [{ partitionId: 0 }] }] }),
        fetchTopicOffsets: async () => await answer?.(),
        fetchTopicOffsetsByTimestamp: async () => {
          underWayMost = Math.max(underWayMost, ++underWay);
          return await answer?.().finally(() => underWay--);
        },
      } as unknown as Admin;
    },
  } as unknown as Kafka;
  return { kafka, clients: () => clients, closed: () => closed.size, underWayMost: () => underWayMost };
}

/** Kept alive by a timer, as a question on a socket is. */
const never = () => new Promise<never>(() => setTimeout(() => {}, 10_000));
const answered = async () => [{ partition: 0, offset: '7', low: '3', high: '7' }];

test('a question that is never answered ends as an outage, and is asked anew of another client', async (t) => {
  const cluster = clusterOf([never, answered]);
  const topics = new KafkaTopics(cluster.kafka, { answerMsMax: 20 });
  const error = await t.throwsAsync(topics.offsets('t'), {
    message: /did not answer for offsets of t in 20 ms/,
  });
  t.true(error instanceof BalancinError && error.code === 'LOG_UNAVAILABLE' && error.retry);
  t.deepEqual(await topics.offsets('t'), [{ low: 3, high: 7 }]);
  t.is(cluster.clients(), 2);
  await topics.close();
  t.is(cluster.closed(), 2);
});

test('a question that is answered in time keeps its client', async (t) => {
  const cluster = clusterOf([answered]);
  const topics = new KafkaTopics(cluster.kafka, { answerMsMax: 60_000 });
  for (let n = 0; n < 3; n++) await topics.offsets('t');
  t.is(cluster.clients(), 1);
  await topics.close();
  t.is(cluster.closed(), 1);
});

test('of many that ask for a time at once a few are under way', async (t) => {
  const slow = () => new Promise<void>((resolve) => setImmediate(resolve)).then(answered);
  const cluster = clusterOf([slow]);
  const topics = new KafkaTopics(cluster.kafka, { timeAsksMax: 3 });
  const found = await Promise.all(Array.from({ length: 12 }, () => topics.firstAfter('t', 0, 5)));
  t.deepEqual(new Set(found), new Set([7]));
  t.is(cluster.underWayMost(), 3);
  await topics.close();
});

test('those that wait for their turn have patience of their own', async (t) => {
  const cluster = clusterOf([never, answered]);
  const topics = new KafkaTopics(cluster.kafka, { answerMsMax: 20, timeAsksMax: 3 });
  const asked = await Promise.allSettled(Array.from({ length: 12 }, () => topics.firstAfter('t', 0, 5)));
  t.deepEqual(
    asked.map(({ status }) => status),
    asked.map((_, i) => (i < 3 ? 'rejected' : 'fulfilled')),
    'only what was asked of the silent client is lost',
  );
  await topics.close();
});
