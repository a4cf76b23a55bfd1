/** A relay that deletes what the log has not acknowledged: its producer says so at once. */
import type { Mutation } from '../mutation.js';

export const deleteBeforeAck: Mutation = {
  name: 'delete before ack',
  worker: () => ({
    producer: (real) => ({
      append: async (records) => {
        real.append(records).catch(() => undefined);
        return records.map(({ topic }) => ({ topic, partition: 0, offset: 0 }));
      },
      close: async () => await real.close(),
    }),
  }),
};
