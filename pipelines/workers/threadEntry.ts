/** Entry of a worker thread: opens what it needs, runs the loop until told to stop, closes all in bounded time. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { BalancinError } from '#schemas/errors.js';
import { Closers } from './closers.js';
import { openThread } from './openThread.js';
import type { FromThread, ThreadData, ThreadEnd, ToThread } from './threadMessages.js';
import type { WorkerLog } from './workerLog.js';

const statusEveryMs = 500;
const closeDeadlineMs = 3_000;
/** An answer to a commit comes within this, or the database is away: then it is left to the next claim to learn. */
const stopGraceMsDefault = 5_000;

function say(message: FromThread): void {
  parentPort?.postMessage(message);
}

/** Errors do not cross to another thread with their code: they go as plain fields. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  const { err, ...rest } = fields;
  if (!(err instanceof Error)) return fields;
  const code = (err as { code?: unknown }).code;
  return {
    ...rest,
    err: { message: err.message, stack: err.stack, ...(code === undefined ? {} : { code }) },
  };
}

const log: WorkerLog = {
  info: (fields, message) => say({ kind: 'log', level: 'info', fields: plain(fields), message }),
  warn: (fields, message) => say({ kind: 'log', level: 'warn', fields: plain(fields), message }),
  error: (fields, message) => say({ kind: 'log', level: 'error', fields: plain(fields), message }),
};

function endOf(error: unknown): ThreadEnd {
  if (!(error instanceof BalancinError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: 'BUG', message, isFinal: false };
  }
  const { code, message, domain } = error;
  return { code, message, isFinal: domain === 'refused' || domain === 'use' };
}

async function main(data: ThreadData): Promise<void> {
  const stop = new AbortController();
  const closers = new Closers(log, closeDeadlineMs);
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'stop') stop.abort();
  });
  try {
    const opened = await openThread(data, { log, closers, signal: stop.signal });
    if (opened === null) return;
    const { loop, report, giveUp } = opened;
    const tell = (): void => say({ kind: 'status', report: report() });
    const timer = setInterval(tell, statusEveryMs);
    let grace: NodeJS.Timeout | undefined;
    const stopLoop = (): void => {
      loop.stop();
      grace = setTimeout(giveUp, data.stopGraceMs ?? stopGraceMsDefault);
    };
    stop.signal.addEventListener('abort', stopLoop, { once: true });
    if (stop.signal.aborted) stopLoop();
    try {
      await loop.run(() => say({ kind: 'running' }));
    } finally {
      clearInterval(timer);
      clearTimeout(grace);
      tell();
    }
  } catch (error) {
    say({ kind: 'failed', end: endOf(error) });
  } finally {
    await closers.closeAll();
  }
}

if (!isMainThread) {
  await main(workerData as ThreadData);
  parentPort?.close();
  // Whatever could not be closed (a socket that hangs) must not keep the thread: it has nothing left to lose.
  setImmediate(() => process.exit(0));
}
