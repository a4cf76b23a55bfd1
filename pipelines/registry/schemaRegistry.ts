/** Schema ids as the rest of the system sees them: a Confluent-compatible registry, or a table. Same wire format. */

import type { SchemaChange } from './compareSchema.js';

export interface SchemaRegistry {
  /** Registers (or finds) the schema under the subject and gives its id. Throws INCOMPATIBLE where the registry refuses it. */
  register(subject: string, schemaJson: string): Promise<number>;
  /** The schema's text; null where the registry says there is none. Throws REGISTRY_UNAVAILABLE where it cannot be asked. */
  fetch(schemaId: number): Promise<string | null>;
  close(): Promise<void>;
}

export interface ComparingRegistry extends SchemaRegistry {
  /** What `register` would do. Throws REGISTRY_UNAVAILABLE. */
  compare(subject: string, schemaJson: string): Promise<SchemaChange>;
}
