/** Random numbers that a seed repeats: what the fault suite draws its traffic, schedules and faults from. */

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  /** True this often. */
  chance(share: number): boolean;
  /** One of them; throws where there is none. */
  pick<T>(of: readonly T[]): T;
}

/** splitmix32: every 32-bit seed gives another sequence, also neighbouring ones. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick(of) {
      if (of.length === 0) throw new Error('there is nothing to pick from');
      return of[below(of.length)] as (typeof of)[number];
    },
  };
}

/** The seed of the n-th thing that is made of a seed. */
export function seedOf(seed: number, n: number): number {
  return (Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) + Math.imul(n + 1, 0x85ebca6b)) >>> 0;
}
