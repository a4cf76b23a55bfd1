/** Program: the floor on a real topic: fetched by kafkajs or our way, decoded, window sums, nothing checked, nothing stored. */
import { BalancinError } from '#schemas/errors.js';
import { installFetchResponse } from '#pipelines/log/kafka/fetchResponse.js';
import { Floor } from '../floor.js';
import { readTopic } from './readTopic.js';

export interface FloorRun {
  /** After the warm-up, as the other two. */
  readonly samples: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** From the first record on. */
  readonly samplesInAll: number;
}

const [brokers, topic, warmUpMs, fetch] = process.argv.slice(2);
if (brokers === undefined || topic === undefined || process.send === undefined) {
  throw new BalancinError('USAGE', 'started by the bench of the engine alone');
}
if (fetch === 'ours') installFetchResponse();
const floor = new Floor();
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const mark = () => ({ atMs: performance.now(), samples: floor.samples, cpu: cpuSeconds() });
let firstMs: number | null = null;
let start: ReturnType<typeof mark> | null = null;
let end = mark();
await readTopic({
  brokers: brokers.split(','),
  topic,
  onMessages(messages) {
    firstMs ??= performance.now();
    if (start === null && performance.now() - firstMs >= Number(warmUpMs)) start = mark();
    for (const { value } of messages) if (value !== null) floor.frame(value);
    end = mark();
  },
});
const from: ReturnType<typeof mark> | null = start;
if (from === null) throw new BalancinError('DATA_INVALID', 'the topic was read before the floor was warm');
const { atMs, samples, cpu } = from as ReturnType<typeof mark>;
const result: FloorRun = {
  samples: end.samples - samples,
  seconds: (end.atMs - atMs) / 1000,
  cpuSeconds: end.cpu - cpu,
  samplesInAll: floor.samples,
};
process.send(result, () => process.disconnect());
