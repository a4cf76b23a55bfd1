/** When it is asked whether a topic is still the log that was read. */
import test from 'ava';
import type { ConsumerReading } from './consumerReading.js';
import { FetchPosition } from './fetchPosition.js';
import type { OffsetRange } from './kafkaTopics.js';
import { RangeChecks } from './rangeChecks.js';
import { ReadPositions } from './readPositions.js';
import { SameLogChecks } from './sameLogChecks.js';

/** Task 3 has read `live` up to 10; each question waits for its answer. */
function readingScene() {
  const position = new FetchPosition('live', 3, 10);
  position.read = { next: 10, arrivedMs: 5_000 };
  const positions = new ReadPositions();
  positions.start(3, new Map([['live', position]]));
  const failures: string[] = [];
  const asked: ((firstAfter: number) => void)[] = [];
  let answerRange: (ranges: OffsetRange[]) => void = () => undefined;
  let seeks = 0;
  const reading = {
    topics: ['live'],
    positions,
    isClosed: () => false,
    passes: () => false,
    fail: (of: FetchPosition, reason: Error) => {
      positions.stop(of.task);
      failures.push(reason.message);
    },
    control: { tellPauses: () => undefined, seekTo: () => void seeks++ },
    cluster: {
      prefix: '',
      log: () => undefined,
      offsets: () =>
        new Promise<OffsetRange[]>((resolve) => {
          answerRange = resolve;
        }),
      firstAfter: () => new Promise<number>((resolve) => asked.push(resolve)),
    },
  } as unknown as ConsumerReading;
  return {
    position,
    failures,
    asked,
    ranges: new RangeChecks(reading),
    sameLog: new SameLogChecks(reading),
    seeks: () => seeks,
    answerRange: () => answerRange(Array.from({ length: 4 }, () => ({ low: 0, high: 50 }))),
  };
}

/** As long as anything takes that waits for nothing. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a log is asked for when kafkajs joins anew, also while its range is asked for, and nothing is taken until both are answered', async (t) => {
  const { position, failures, asked, ranges, sameLog, answerRange, seeks } = readingScene();
  ranges.check(position, 0);
  void sameLog.hold(position);
  await settled();
  t.is(asked.length, 1);
  answerRange();
  await settled();
  t.true(position.checking);
  t.is(seeks(), 0);
  asked[0]?.(10);
  await settled();
  t.false(position.checking);
  t.is(seeks(), 1, 'it is read on from where it was');
  t.deepEqual(failures, []);
});

test('a log that was made anew while its range was asked for stops its task', async (t) => {
  const { position, failures, asked, ranges, sameLog, answerRange } = readingScene();
  ranges.check(position, 0);
  void sameLog.hold(position);
  answerRange();
  asked[0]?.(0);
  await settled();
  t.is(failures.length, 1);
});

test('an answer from before kafkajs joined once more counts for nothing', async (t) => {
  const { position, failures, asked, sameLog } = readingScene();
  void sameLog.hold(position);
  void sameLog.hold(position);
  void sameLog.hold(position);
  await settled();
  t.is(asked.length, 1);
  asked[0]?.(10);
  await settled();
  t.is(asked.length, 2, 'asked once more, for all of them');
  t.true(position.checking);
  asked[1]?.(0);
  await settled();
  t.is(failures.length, 1);
});
