/** The way from worker processes to the database, where a round may cut it at a COMMIT and hears what the server says. */
import { createRandom } from '../random.js';
import { startPostgresProxy } from '../wire/postgresProxy.js';
import type { WireDirector } from '../wire/wireFaults.js';

export interface DatabaseWire {
  readonly port: number;
  /** Told of the round's director, and of none after it. */
  direct(director: WireDirector | null): void;
  close(): Promise<void>;
}

export async function openDatabaseWire(databasePort: () => number): Promise<DatabaseWire> {
  let director: WireDirector | null = null;
  const random = createRandom(databasePort());
  const proxy = await startPostgresProxy({ port: databasePort, random, director: () => director });
  return {
    port: proxy.port,
    direct(next) {
      director = next;
    },
    close: () => proxy.close(),
  };
}
