/** One version of a record that a site keeps (Avro `edge.records.v1`), its well and tenant known. */
import type { TenantRef } from './wellRef.js';

export type SiteRecordKind =
  | 'WellMaster'
  | 'DailyProduction'
  | 'WellTest'
  | 'Reserves'
  | 'HsePeriod'
  | 'EquipmentInstalled'
  | 'EquipmentPulled'
  | 'EquipmentInspected'
  | 'AlertAction'
  | 'Intervention';

export interface SiteRecord {
  readonly tenant: TenantRef;
  readonly site: string;
  readonly recordId: string;
  readonly hlc: number;
  readonly tombstone: boolean;
  readonly kind: SiteRecordKind;
  /** Null where the record is not about a well, or about one that is not set up yet. */
  readonly wellId: number | null;
  /** Content, by the field names of the Avro schema. */
  readonly body: Readonly<Record<string, unknown>>;
}
