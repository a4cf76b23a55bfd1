/** What deploying a topology would change, as data. */

export interface Change {
  readonly part: 'version' | 'topic' | 'schema' | 'table' | 'state';
  readonly name: string;
  /** `refused`: a rule forbids it, and with it the whole deployment. */
  readonly change: 'none' | 'add' | 'change' | 'refused';
  /** One sentence for a person; empty where nothing changes. */
  readonly detail: string;
}

export interface TopologyPlan {
  readonly topology: string;
  readonly version: number;
  /** The newest version that has run here and was not rolled back, this one left out; null: none. */
  readonly previousVersion: number | null;
  readonly changes: readonly Change[];
  readonly refused: boolean;
  /** False where control tables are to be migrated first: schemas and state are looked at after that. */
  readonly complete: boolean;
}
