/** Who is known: tenants, wells and tags, in memory, read from the database between cycles. */
import type { ModelChoice } from '#pipelines/modelchoice/modelChoice.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';

export type WellLookup = WellRef | 'unknown-tenant' | 'unknown-well';

export interface WellDirectory {
  /** Synchronous: what the last refresh knew. */
  find(tenant: string, site: string, well: string): WellLookup;
  /** The tenant, where it is known. */
  tenant(slug: string): TenantRef | undefined;
  /** Which versions of a model hold for a tenant, as of the last refresh; undefined where nobody decided. */
  modelChoice?(tenant: string, model: string): ModelChoice | undefined;
  /** Id of a tag in the tenant's `tag` table, or -1 where it has none yet. */
  tagId(tenant: TenantRef, tag: string): number;
  /** The tag behind an id. */
  tagName(tenant: TenantRef, tagId: number): string;
  /**
   * Reads again what is missing (at most once a second for names that stay unknown) and gives unknown tags an id.
   * After it, `find` and `tagId` are final for that frame: still unknown means reject.
   */
  resolve(miss: {
    readonly tenant: string;
    readonly site: string;
    readonly well: string;
    readonly tags: readonly string[];
  }): Promise<void>;
}
