/** Cuts a stream of bytes into whole protocol messages. */

/** Bytes of the message that begins at the start of `held`, or null while that cannot be told. */
export type MeasureMessage = (held: Buffer) => number | null;

/** A peer that announces more than this speaks another protocol. */
const messageBytesMax = 256 * 1024 * 1024;

export class MessageSplitter {
  readonly #measure: MeasureMessage;
  #held: Buffer = Buffer.alloc(0);

  constructor(measure: MeasureMessage) {
    this.#measure = measure;
  }

  /** The messages that are whole with this chunk. Throws RangeError where a length makes no sense. */
  push(chunk: Buffer): Buffer[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const whole: Buffer[] = [];
    for (;;) {
      const bytes = this.#measure(this.#held);
      if (bytes === null) return whole;
      if (bytes < 4 || bytes > messageBytesMax) throw new RangeError(`a message of ${bytes} bytes`);
      if (this.#held.length < bytes) return whole;
      whole.push(this.#held.subarray(0, bytes));
      this.#held = this.#held.subarray(bytes);
    }
  }
}
