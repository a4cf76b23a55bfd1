/** A committer that differs from another in some of its calls alone. */
import type { Committer } from '#pipelines/commit/taskCommit.js';

export function committerOver(real: Committer, over: Partial<Committer>): Committer {
  return {
    claim: async (...claim) => await real.claim(...claim),
    restoreState: async (...restore) => await real.restoreState(...restore),
    commit: async (tasks) => await real.commit(tasks),
    stateBytes: (...task) => real.stateBytes(...task),
    close: async () => await real.close(),
    ...over,
  };
}
