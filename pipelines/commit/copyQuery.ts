/** Several COPYs as one query of pg's client: everything is sent without waiting, one round trip answers it all. */
import type { Connection, Submittable } from 'pg';

/** What the server says at the end of a statement. */
interface CommandComplete {
  readonly text: string;
}

/** Handed to the socket and not yet taken by the kernel: enough to keep the server busy, little enough to be held. */
const unsentBytesMax = 1024 * 1024;

/**
 * The statements stand in one simple query, and the copy data of all of them follows at once. The server takes from the
 * stream what each COPY needs. After an error it skips the other statements and drops the copy data that is still on its
 * way (PostgreSQL, "Message Flow", "COPY Operations"), so the session stays usable: ROLLBACK is the next it hears.
 */
export class CopyQuery implements Submittable {
  readonly #text: string;
  readonly #messages: Iterator<Uint8Array>;
  readonly #settle: (error: Error | null) => void;
  readonly #rowCounts: number[] = [];
  /** A client that has lost its connection answers without ever submitting. */
  #sending = false;
  #answered = false;
  #error: Error | null = null;

  /**
   * `settle` is called once, when the server has answered and nothing of the messages is left to send: what is asked next
   * must not stand in the middle of one.
   */
  constructor(text: string, messages: Iterable<Uint8Array>, settle: (error: Error | null) => void) {
    this.#text = text;
    this.#messages = messages[Symbol.iterator]();
    this.#settle = settle;
  }

  /** Rows the server has counted, a COPY. */
  get rowCounts(): readonly number[] {
    return this.#rowCounts;
  }

  submit(connection: Connection): void {
    const { stream } = connection;
    const sent = (): void => {
      stream.off('drain', pump);
      stream.off('close', sent);
      this.#sending = false;
      this.#settleIfDone();
    };
    const pump = (): void => {
      while (stream.writable && stream.writableLength < unsentBytesMax) {
        const next = this.#messages.next();
        if (next.done === true) return sent();
        stream.write(next.value);
      }
      // Else 'drain' calls again: the socket has been told more than it takes at once.
      if (!stream.writable) sent();
    };
    this.#sending = true;
    stream.on('drain', pump);
    stream.on('close', sent);
    connection.query(this.#text);
    pump();
  }

  handleCopyInResponse(): void {
    // The rows are on their way already.
  }

  handleCommandComplete({ text }: CommandComplete): void {
    this.#rowCounts.push(Number(/^COPY (\d+)$/u.exec(text)?.[1] ?? Number.NaN));
  }

  /** From the server, which goes on by itself, or because the connection is gone. */
  handleError(error: Error): void {
    this.#error ??= error;
    this.#answered = true;
    this.#settleIfDone();
  }

  handleReadyForQuery(): void {
    this.#answered = true;
    this.#settleIfDone();
  }

  #settleIfDone(): void {
    if (!this.#sending && this.#answered) this.#settle(this.#error);
  }
}
