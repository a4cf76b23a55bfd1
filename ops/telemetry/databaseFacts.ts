/** What metrics show of the database: asked at most once in a while, however often they are scraped. */
import type { Pool } from 'pg';
import { conservation } from '#pipelines/conservation/conservation.js';

export interface DatabaseMetrics {
  /** False where the last question failed: the rest is then of the one before. */
  readonly reachable: boolean;
  readonly outbox: readonly { readonly topic: string; readonly messages: number }[];
  readonly openLetters: readonly { readonly reason: string; readonly letters: number }[];
  readonly unaccounted: readonly {
    readonly topology: string;
    readonly task: number;
    readonly frames: number;
  }[];
}

const outbox = 'SELECT topic, count(*)::float8 AS messages FROM balancin.outbox GROUP BY topic';
const letters = `SELECT reason, count(*)::float8 AS letters FROM balancin.dead_letter_state WHERE state = 'open' GROUP BY reason`;

/** The sums read every dead letter: a scrape a quarter minute must not. */
const ageMsMax = 30_000;

export function createDatabaseFacts(
  pool: Pool,
  options: { readonly ageMsMax?: number; readonly now?: () => number } = {},
): () => Promise<DatabaseMetrics> {
  const now = options.now ?? Date.now;
  let known: DatabaseMetrics = { reachable: false, outbox: [], openLetters: [], unaccounted: [] };
  let askedMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<DatabaseMetrics> | null = null;

  async function ask(): Promise<DatabaseMetrics> {
    const client = await pool.connect();
    try {
      const sums = await conservation(client);
      return {
        reachable: true,
        outbox: (await client.query<DatabaseMetrics['outbox'][number]>(outbox)).rows,
        openLetters: (await client.query<DatabaseMetrics['openLetters'][number]>(letters)).rows,
        unaccounted: sums.map(({ topology, task, difference }) => ({ topology, task, frames: difference })),
      };
    } finally {
      client.release();
    }
  }

  return async () => {
    if (now() - askedMs < (options.ageMsMax ?? ageMsMax)) return known;
    asking ??= ask()
      .catch(() => ({ ...known, reachable: false }))
      .then((facts) => {
        known = facts;
        askedMs = now();
        asking = null;
        return facts;
      });
    return await asking;
  };
}
