/** Loss of communication of a site: one alert for all its wells, and no word about what the wells do. */
import type { Alert } from '#schemas/records/alert.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { AlertLimits } from './alertLimits.js';

interface Site {
  /** The well with the least id stands for the site, and keeps its state. */
  first: WellRef;
  /** Ids of the wells it was heard of: no other may stand for it, or a restore would choose another than the run that goes on. */
  readonly wells: Set<number>;
  /** When a minute of any of its wells closed, by the cycle's clock. */
  lastMs: number;
  /** Start of the silence that was said, ms; 0 while it talks. */
  silentSinceMs: number;
}

export class SiteSilence {
  readonly #sites = new Map<number, Site>();
  readonly #limits: AlertLimits;

  constructor(limits: AlertLimits) {
    this.#limits = limits;
  }

  /** A minute of this well closed. The well whose kept bytes changed by that, besides its own, is handed to `changed`. */
  heard(well: WellRef, nowMs: number, changed: (well: WellRef) => void): void {
    const site = this.#sites.get(well.siteId);
    if (site === undefined) {
      const wells = new Set([well.wellId]);
      this.#sites.set(well.siteId, { first: well, wells, lastMs: nowMs, silentSinceMs: 0 });
      return;
    }
    site.wells.add(well.wellId);
    if (nowMs > site.lastMs) site.lastMs = nowMs;
    if (well.wellId >= site.first.wellId) return;
    // A well that is older than those known so far: what was kept under the other goes with it from now on, and must not
    // stay there, or a restore would find a silence that has ended.
    changed(site.first);
    site.first = well;
  }

  /** The wells whose kept bytes changed are handed to `changed`. */
  step(nowMs: number, say: (alert: Alert) => void, changed: (well: WellRef) => void): void {
    for (const site of this.#sites.values()) {
      const silent = nowMs - site.lastMs >= this.#limits.siteSilentMs;
      if (silent === site.silentSinceMs > 0) continue;
      const startMs = silent ? site.lastMs : site.silentSinceMs;
      site.silentSinceMs = silent ? site.lastMs : 0;
      changed(site.first);
      say(silenceAlert(site.first, startMs, silent ? null : site.lastMs, nowMs));
    }
  }

  /** What is kept with this well. */
  write(out: PackedWriter, well: WellRef): void {
    const site = this.#sites.get(well.siteId);
    out.count(site?.wells.has(well.wellId) ? site.lastMs : 0);
    out.count(site?.first.wellId === well.wellId ? site.silentSinceMs : 0);
  }

  restore(from: PackedReader, well: WellRef): void {
    const lastMs = from.count();
    const silentSinceMs = from.count();
    if (lastMs === 0) return;
    this.heard(well, lastMs, () => undefined);
    const site = this.#sites.get(well.siteId);
    if (site !== undefined && silentSinceMs > 0) site.silentSinceMs = silentSinceMs;
  }
}

function silenceAlert(well: WellRef, startMs: number, endMs: number | null, nowMs: number): Alert {
  return {
    alertId: [well.tenant.slug, 'site', well.siteId, startMs].join('/'),
    revision: endMs === null ? 1 : 2,
    well,
    kind: 'site-silent',
    // Nobody has to acknowledge that a line is back.
    state: endMs === null ? 'unacknowledged' : 'normal',
    priority: 'medium',
    severity: 'warning',
    startMs,
    endMs,
    changedMs: nowMs,
    wellState: 'unknown',
    firstOut: null,
    signals: [],
    deferredOilM3PerDay: null,
    confidence: 'high',
    causes: [],
    sensorsMissing: [],
    activations: 1,
    chattering: false,
    standing: false,
    similar: [],
    acknowledgedBy: null,
    feedback: null,
    announced: true,
  };
}
