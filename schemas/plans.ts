/** What each plan allows. Plans are data: the control schema is seeded from here, and a tenant may carry overrides. */

export type PlanName = 'basico' | 'profesional' | 'enterprise';
export type SyncCadence = 'daily' | 'hourly' | 'realtime';
export type ReportLevel = 'basic' | 'advanced' | 'all';

export interface Plan {
  readonly name: PlanName;
  /** As customers read it. */
  readonly title: string;
  /** Most sites a tenant may have; null means no limit. */
  readonly sitesMax: number | null;
  readonly sync: SyncCadence;
  readonly reports: ReportLevel;
  /** How long telemetry is kept, days; null means for ever. */
  readonly retentionDays: number | null;
  readonly remoteAccess: boolean;
  /** Machine-learned scores and the integration API. */
  readonly machineLearning: boolean;
}

export const plans: Readonly<Record<PlanName, Plan>> = {
  basico: {
    name: 'basico',
    title: 'Básico',
    sitesMax: 5,
    sync: 'daily',
    reports: 'basic',
    retentionDays: 365,
    remoteAccess: false,
    machineLearning: false,
  },
  profesional: {
    name: 'profesional',
    title: 'Profesional',
    sitesMax: 20,
    sync: 'hourly',
    reports: 'advanced',
    retentionDays: 3 * 365,
    remoteAccess: true,
    machineLearning: false,
  },
  enterprise: {
    name: 'enterprise',
    title: 'Enterprise',
    sitesMax: null,
    sync: 'realtime',
    reports: 'all',
    retentionDays: null,
    remoteAccess: true,
    machineLearning: true,
  },
};
