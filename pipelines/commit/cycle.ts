/** The number of a commit, carried by every row it wrote, so that a rollback can find them again. */

const commitsPerTask = 2 ** 40;

/** `task × 2^40 + commit number`: safe in a double for 8,191 tasks and 10^12 commits each. */
export function cycleOf(task: number, commitNumber: number): number {
  return task * commitsPerTask + commitNumber;
}
