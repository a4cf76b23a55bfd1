/** What a job is: when it is due, for whom, what it does and how much of what was missed it makes up for. */
import type { JobTenant } from '../tenants/listTenants.js';

export interface Schedule {
  /** Five cron fields: minute, hour, day of month, month, day of week. */
  readonly pattern: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** What is made up for after a standstill: `all` runs every missed slot, `last` the newest alone, `none` nothing. */
export interface CatchUp {
  readonly policy: 'all' | 'last' | 'none';
  /** Slots older than this are given up. */
  readonly horizonMs: number;
  /** Most slots made up for at once; the newest are kept. */
  readonly slotsMax: number;
}

export interface JobRun {
  readonly name: string;
  readonly slotMs: number;
  /** 1 at first; more where an earlier one failed or its process died. */
  readonly attempt: number;
  /** Fires when the scheduler stops or another runner took the slot over: leave, and write nothing more. */
  readonly signal: AbortSignal;
}

interface JobCommon {
  /** Lower case, with colons: `rollup`, `report:daily`. The slots of a tenant's job are named `<name>:<tenant>`. */
  readonly name: string;
  readonly catchUp: CatchUp;
  /** A slot is tried this often, crashes counted; then it is given up as `abandoned` or stays `failed`. */
  readonly attemptsMax: number;
}

export interface CellJob extends JobCommon {
  readonly per: 'cell';
  readonly schedule: Schedule;
  run(run: JobRun): Promise<void>;
}

export interface TenantJob extends JobCommon {
  readonly per: 'tenant';
  schedule(tenant: JobTenant): Schedule;
  run(run: JobRun, tenant: JobTenant): Promise<void>;
}

export type Job = CellJob | TenantJob;
