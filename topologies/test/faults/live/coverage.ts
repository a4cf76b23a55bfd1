/** Counts what the faults of a run hit and led to, and tells what was hit too seldom. */

export interface Coverage {
  add(counts: ReadonlyMap<string, number>): void;
  /** Each planned kind and what must have happened at least so often. */
  expect(what: string, times: number): void;
  table(): string[];
  /** One sentence each. */
  missing(): string[];
}

/** A kind that was planned often must have struck so often in the run; one that was planned seldom, once. */
export const hitsMin = 5;

export function createCoverage(): Coverage {
  const found = new Map<string, number>();
  const expected = new Map<string, number>();
  return {
    add(counts) {
      for (const [what, times] of counts) found.set(what, (found.get(what) ?? 0) + times);
    },
    expect(what, times) {
      expected.set(what, Math.max(expected.get(what) ?? 0, times));
    },
    table() {
      const names = [...new Set([...expected.keys(), ...found.keys()])].sort();
      return names.map((name) => {
        const min = expected.get(name);
        return `${name.padEnd(34)} ${String(found.get(name) ?? 0).padStart(6)}${min === undefined ? '' : `  (at least ${min})`}`;
      });
    },
    missing() {
      return [...expected]
        .filter(([what, times]) => (found.get(what) ?? 0) < times)
        .map(([what, times]) => `${what}: ${found.get(what) ?? 0} times, at least ${times} were to come`);
    },
  };
}
