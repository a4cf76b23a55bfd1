/** Asks whether a topic is still the log that was read, or another one under its name: rule 5 of `FetchPosition`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import { checkSameLog } from '../offsetRange.js';
import type { ConsumerReading } from './consumerReading.js';
import type { FetchPosition, ReadTo } from './fetchPosition.js';
import { explainKafkaError } from './kafkaErrors.js';

/** A topic that is made anew between two fetches is not noticed by them: each position is asked about so often … */
const everyMs = 10_000;
/** … and so many of them at once. */
const asksMax = 4;
/** Between two attempts to learn whether a log is still the same one. */
const retryMs = 500;
/** Between two looks at which positions are due. */
const lookEveryMs = 1_000;

export class SameLogChecks {
  readonly #reading: ConsumerReading;
  #lookedMs = 0;

  constructor(reading: ConsumerReading) {
    this.#reading = reading;
  }

  /** Throws OFFSET_OUT_OF_RANGE where what was read is no longer what the log holds. */
  async require({ topic, task }: FetchPosition, { next, arrivedMs }: ReadTo): Promise<void> {
    if (arrivedMs === 0 || next === 0) return;
    const { cluster } = this.#reading;
    checkSameLog({ topic, partition: task }, next, await cluster.firstAfter(topic, task, arrivedMs));
  }

  /** A few of the positions that were not asked about for long, while reading goes on. */
  askNowAndThen(nowMs: number): void {
    if (nowMs - this.#lookedMs < lookEveryMs) return;
    this.#lookedMs = nowMs;
    const due = this.#reading.positions
      .all()
      .filter((position) => !position.checking && nowMs - position.sameAskedMs >= everyMs)
      .slice(0, asksMax);
    for (const position of due) {
      position.sameAskedMs = nowMs;
      const { read, known } = position;
      this.require(position, known).then(
        () => {
          position.known = read;
        },
        (error: unknown) => {
          // Anything else: away, and asked again later.
          if (error instanceof BalancinError && error.code === 'OFFSET_OUT_OF_RANGE')
            this.#reading.fail(position, error);
        },
      );
    }
  }

  /** kafkajs joins anew when a topic is gone for a moment: until the log is known to be the same, nothing is taken. */
  async hold(position: FetchPosition): Promise<void> {
    const { positions, control } = this.#reading;
    const { topic, task } = position;
    // It is asked once more where kafkajs joins again meanwhile: the answer under way may be of the log before.
    position.joins += 1;
    if (position.joins > 1) return;
    position.beginCheck();
    control.tellPauses(task);
    const isCurrent = () => !this.#reading.isClosed() && positions.isCurrent(position);
    while (isCurrent()) {
      try {
        const { joins } = position;
        await this.require(position, position.read);
        if (position.joins === joins) break;
      } catch (error) {
        const reason = explainKafkaError(error, `whether ${topic} is still the same`);
        // Not every broker knows at once of a topic that was made anew; one that stays away ends the consumer itself.
        if (!reason.retry && reason.code !== 'NOT_FOUND') {
          this.#reading.fail(position, reason);
          return;
        }
        await sleep(retryMs);
      }
    }
    position.joins = 0;
    if (!position.endCheck() || !isCurrent()) return;
    control.seekTo(position);
    control.tellPauses(task);
  }
}
