/** Who a frame is about, as the database knows them. */

export interface TenantRef {
  readonly tenantId: number;
  /** Stable short name, `[a-z][a-z0-9_]{0,39}`: the first part of record keys. */
  readonly slug: string;
  /** PostgreSQL schema that holds the tenant's tables: `t_<slug>`. */
  readonly schema: string;
  /** Telemetry older than this is refused as past retention; null keeps all. */
  readonly retentionDays: number | null;
  /** Whether the tenant's plan includes machine-learned scores. */
  readonly machineLearning: boolean;
}

export interface WellRef {
  readonly tenant: TenantRef;
  /** Unique in the whole cell (one sequence), fits int32: the key of operator state. */
  readonly wellId: number;
  readonly siteId: number;
  readonly site: string;
  readonly well: string;
}
