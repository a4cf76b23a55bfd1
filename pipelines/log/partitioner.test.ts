/** The partitioner against what Kafka's own Java class answers. */
import test from 'ava';
import * as fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from './partitioner.js';

/** Printed by org.apache.kafka.common.utils.Utils (kafka-clients 4.3.1): key, murmur2, partition of 32, partition of 7. */
const knownAnswers: readonly (readonly [string, number, number, number])[] = [
  ['', 275646681, 25, 2],
  ['a', -1563381124, 28, 5],
  ['ab', 316155434, 10, 0],
  ['abc', 479470107, 27, 4],
  ['abcd', -1323649548, 20, 5],
  ['foobar', -790332482, 30, 0],
  ['21', -973932308, 12, 3],
  ['a-little-bit-long-string', -985981536, 0, 1],
  ['a-little-bit-longer-string', -1486304829, 3, 0],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971, 13, 3],
  ['ypf/loma-campana', 1854192497, 17, 3],
  ['petroleo-ñandú/vaca-muerta', -915421199, 17, 2],
  ['tenant-a/site-1', -1498309305, 7, 6],
];

for (const [key, hash, of32, of7] of knownAnswers) {
  test(`key ${JSON.stringify(key)} hashes and lands as Kafka's Java client has it`, (t) => {
    t.is(murmur2(Buffer.from(key, 'utf8')), hash);
    t.is(partitionOf(key, 32), of32);
    t.is(partitionOf(Buffer.from(key, 'utf8'), 7), of7);
  });
}

test('any key lands where the Kafka adapter, left to itself, would put it', (t) => {
  const kafkaPartitioner = Partitioners.DefaultPartitioner();
  const property = fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 67 }),
    fc.integer({ min: 1, max: 128 }),
    (key, partitions) => {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionErrorCode: 0,
        partitionId,
        leader: 0,
        replicas: [0],
        isr: [0],
      }));
      const message = { key: Buffer.from(key), value: null };
      return partitionOf(key, partitions) === kafkaPartitioner({ topic: 'any', partitionMetadata, message });
    },
  );
  t.notThrows(() => {
    fc.assert(property, { numRuns: 500 });
  });
});
