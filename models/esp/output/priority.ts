/** In which order a crew should look at wells: risk × what is lost a day × days it would be lost. */

export interface PriorityFactors {
  readonly well: string;
  readonly risk7: number;
  /** Liquid or oil that a stop defers, m³/d: the caller says which. */
  readonly deferredM3D: number;
  /** Rig wait and job together, days. */
  readonly expectedDaysDown: number;
  /** Pulled or shut in: nothing left to prevent. */
  readonly producing: boolean;
}

export interface Priority extends PriorityFactors {
  /** Expected deferral, m³. */
  readonly expectedLossM3: number;
}

/** Greatest first; ties by name. Pulled and shut-in wells, and those without a finite figure, are left out. */
export function rankWells(wells: readonly PriorityFactors[]): Priority[] {
  return wells
    .filter((w) => w.producing)
    .map((w) => ({ ...w, expectedLossM3: w.risk7 * w.deferredM3D * w.expectedDaysDown }))
    .filter((w) => Number.isFinite(w.expectedLossM3))
    .sort((a, b) => b.expectedLossM3 - a.expectedLossM3 || (a.well < b.well ? -1 : 1));
}
