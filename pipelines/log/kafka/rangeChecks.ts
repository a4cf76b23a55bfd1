/** Asks the log where its partitions begin and end, against the positions that are read. */
import { checkOffset } from '../offsetRange.js';
import type { ConsumerReading } from './consumerReading.js';
import type { FetchPosition } from './fetchPosition.js';
import { explainKafkaError } from './kafkaErrors.js';

/** An empty fetch says nothing here: so often the log is asked where partitions end that seem read to their end. */
const endAskMs = 1_000;

export class RangeChecks {
  readonly #reading: ConsumerReading;
  #endAskedMs = 0;

  constructor(reading: ConsumerReading) {
    this.#reading = reading;
  }

  /** Positions at the end of what was heard of: is it still the end? Finds a topic that was cut or recreated, too. */
  askForEnds(nowMs: number): void {
    if (nowMs - this.#endAskedMs < endAskMs) return;
    this.#endAskedMs = nowMs;
    const ended = this.#reading.positions
      .all()
      .filter(({ atEnd, checking, highSeenMs }) => atEnd && !checking && nowMs - highSeenMs >= endAskMs);
    for (const topic of this.#reading.topics) {
      const ofTopic = ended.filter((position) => position.topic === topic);
      if (ofTopic.length > 0) void this.#askForEnd(topic, ofTopic, nowMs);
    }
  }

  async #askForEnd(topic: string, ended: readonly FetchPosition[], askedMs: number): Promise<void> {
    const { cluster, positions } = this.#reading;
    // Away: nothing is known, and the clock of those tasks stands still meanwhile.
    const ranges = await cluster.offsets(topic).catch(() => null);
    for (const position of ranges === null ? [] : ended) {
      const high = ranges?.[position.task]?.high ?? 0;
      if (!positions.isCurrent(position) || position.checking) continue;
      if (high < position.next) this.check(position, high);
      // A batch that came meanwhile has told more.
      else if (position.highSeenMs <= askedMs) position.heardHigh(high, askedMs);
    }
  }

  /** Rules 3 and 4 of `FetchPosition`, for a batch that was fetched from elsewhere than asked for. */
  check(position: FetchPosition, from: number): void {
    const { cluster, positions, control } = this.#reading;
    const { topic, task } = position;
    position.beginCheck();
    control.tellPauses(task);
    cluster
      .offsets(topic)
      .then((ranges) => {
        if (!positions.isCurrent(position)) return;
        checkOffset({ topic, partition: task }, position.next, ranges[task] ?? null);
        const gap = position.acceptGap(from);
        cluster.log('debug', 'a batch was fetched from another offset than asked for', {
          topic,
          partition: task,
          next: position.next,
          from,
          gap,
        });
      })
      .catch((error: unknown) => {
        const reason = explainKafkaError(error, `for offsets of ${topic}`);
        if (!reason.retry) this.#reading.fail(position, reason);
      })
      .finally(() => {
        if (!position.endCheck() || !positions.isCurrent(position)) return;
        control.seekTo(position);
        control.tellPauses(task);
      });
  }
}
