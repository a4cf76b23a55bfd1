/** A worker that drops no record below the offset it expects. */
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { Mutation } from '../mutation.js';

export const nothingDropped: Mutation = {
  name: 'nothing dropped below the expected offset',
  worker: () => ({
    consumer: (real) => ({
      poll: async (limits) =>
        (await real.poll(limits)).map((batch) => ({ ...batch, records: batch.records.map(undropped) })),
      wake: () => real.wake(),
      caughtUpMs: (task) => real.caughtUpMs(task),
      pause: (task) => real.pause(task),
      resume: (task) => real.resume(task),
      seek: (task, offsets) => real.seek(task, offsets),
      close: async () => await real.close(),
    }),
  }),
};

/** The runner looks at an offset first to see whether it is below: no longer, for that one look. */
function undropped(record: LogRecord): LogRecord {
  let looks = 0;
  const { offset } = record;
  return Object.defineProperty({ ...record }, 'offset', {
    get: () => (looks++ === 0 ? Number.MAX_SAFE_INTEGER : offset),
  });
}
