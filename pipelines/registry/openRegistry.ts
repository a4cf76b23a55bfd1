/** The schema registry that settings ask for: a Confluent-compatible one where its URL is given, else a table. */
import type { ComparingRegistry } from './schemaRegistry.js';

export interface RegistrySettings {
  /** Null keeps schema ids in a table of the database. */
  readonly url: string | null;
  readonly databaseUrl: string;
}

/** Imports only the adapter it opens. */
export async function openRegistry({ url, databaseUrl }: RegistrySettings): Promise<ComparingRegistry> {
  if (url === null) {
    const { createTableRegistry } = await import('./tableRegistry.js');
    return createTableRegistry({ databaseUrl });
  }
  const { createConfluentRegistry } = await import('./confluentRegistry.js');
  return createConfluentRegistry({ url });
}
