/** What a thread has opened, to be closed in the opposite order, each in bounded time. */
import type { WorkerLog } from './workerLog.js';

export class Closers {
  readonly #closers: { readonly what: string; close(): unknown }[] = [];
  readonly #log: WorkerLog;
  readonly #deadlineMs: number;

  constructor(log: WorkerLog, deadlineMs: number) {
    this.#log = log;
    this.#deadlineMs = deadlineMs;
  }

  add(what: string, close: () => unknown): void {
    this.#closers.push({ what, close });
  }

  /** Goes on where one throws or hangs: what is lost with it is a connection, which its server ends. Gives those that did. */
  async closeAll(): Promise<string[]> {
    const left: string[] = [];
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      const { what } = closer;
      try {
        await withDeadline(closer.close(), this.#deadlineMs, what);
      } catch (err) {
        left.push(what);
        this.#log.warn({ err }, `${what} was not closed cleanly`);
      }
    }
    return left;
  }
}

async function withDeadline(closing: unknown, deadlineMs: number, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not close in ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([closing, late]);
  } finally {
    clearTimeout(timer);
  }
}
