/** Deals whole tasks out to the members of a group: even, and moving as few as it can. */

export interface Member {
  readonly id: string;
  /** Tasks it holds and since when, as it said when it joined. */
  readonly owned: readonly number[];
  readonly sinceMs: number;
}

/**
 * Tasks of every member, ascending. Numbers of tasks differ by one at most; a member keeps what it holds up to its share,
 * and the larger shares go to those that hold most. Where two say that they hold a task (one was gone for a while), the
 * later holder does.
 */
export function dealTasks(members: readonly Member[], tasks: number): Map<string, number[]> {
  const byId = members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const latestFirst = byId.toSorted((a, b) => b.sinceMs - a.sinceMs);
  const holderOf = new Map<number, string>();
  for (const { id, owned } of latestFirst) {
    for (const task of owned) if (task >= 0 && task < tasks && !holderOf.has(task)) holderOf.set(task, id);
  }
  const held = new Map<string, number[]>(byId.map(({ id }) => [id, []]));
  for (let task = 0; task < tasks; task += 1) held.get(holderOf.get(task) ?? '')?.push(task);

  const dealt = new Map<string, number[]>(byId.map(({ id }) => [id, []]));
  const free = new Set(Array.from({ length: tasks }, (_, task) => task));
  const share = Math.floor(tasks / Math.max(byId.length, 1));
  let largerShares = tasks - share * byId.length;
  const room = new Map<string, number>();
  const mostFirst = byId.toSorted((a, b) => (held.get(b.id)?.length ?? 0) - (held.get(a.id)?.length ?? 0));
  for (const { id } of mostFirst) {
    const size = share + (largerShares > 0 ? 1 : 0);
    largerShares -= 1;
    const kept = held.get(id)?.slice(0, size) ?? [];
    dealt.set(id, kept);
    room.set(id, size - kept.length);
    for (const task of kept) free.delete(task);
  }
  const waiting = [...free];
  for (const { id } of byId) {
    const more = waiting.splice(0, room.get(id) ?? 0);
    dealt.get(id)?.push(...more);
    dealt.get(id)?.sort((a, b) => a - b);
  }
  return dealt;
}
