/** Findings, minutes and records in, alerts out: one well, one event at a time. */
import type { Alert } from '#schemas/records/alert.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { SiteRecord, SiteRecordKind } from '#schemas/records/siteRecord.js';
import type { WellRef } from '#schemas/records/wellRef.js';
import { type WindowBatch, windowMs } from '#schemas/records/windowAggregate.js';
import type { WellDirectory } from '#pipelines/admit/wellDirectory.js';
import type { CycleClock, Emit, KeyedState, Operator, StateWriter } from '#pipelines/operator.js';
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { type TagName, TagLookup } from '../features/tagLookup.js';
import { alertActionOf } from './alertAction.js';
import { type AlertLimits, alertLimits } from './alertLimits.js';
import { type AlertRule, ScopedLimits } from './alertRules.js';
import { SiteSilence } from './siteSilence.js';
import { readWellAlerts, writeWellAlerts } from './wellAlertBytes.js';
import { WellAlerts } from './wellAlerts.js';
import { contextTags } from './wellContext.js';

export type AlertInput =
  | { readonly from: 'minutes'; readonly value: WindowBatch }
  | {
      readonly from: 'findings' | 'together' | 'rules' | 'cardFindings' | 'espRules' | 'espFindings';
      readonly value: Anomaly;
    }
  | { readonly from: 'records'; readonly value: SiteRecord };

export interface AlertOptions {
  readonly tagName: TagName;
  /** Finds the wells that restored state speaks of. */
  readonly directory: Pick<WellDirectory, 'find'>;
  readonly limits?: Partial<AlertLimits>;
  /** Limits by tenant, site and well, over those; a site's silence has the limit of all. */
  readonly rules?: readonly AlertRule[];
  /** Rules over those, whatever they speak of. */
  readonly over?: readonly AlertRule[];
  /** Wells it is for; all by default. */
  readonly wanted?: (well: WellRef) => boolean;
  /** Most wells watched; findings of others are counted in `refused`. */
  readonly wellsMax?: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const hlcPerMs = 1024;
const stateVersion = 1;
/** As many as the other operators of a task watch. */
const wellsMaxDefault = 65_536;

const ofInterest: ReadonlySet<SiteRecordKind> = new Set(['AlertAction', 'WellTest', 'DailyProduction']);

interface Watched {
  readonly well: WellRef;
  readonly alerts: WellAlerts;
}

/** Historical minutes and findings raise no alerts. Late minutes say nothing about now. */
export function createAlertOperator(
  options: AlertOptions,
): Operator<AlertInput, Alert> & { readonly refused: number } {
  return new AlertOperator(options);
}

class AlertOperator implements Operator<AlertInput, Alert> {
  readonly name = 'alert';
  readonly state: KeyedState;
  readonly #rules: ScopedLimits<AlertLimits>;
  readonly #wells = new Map<number, Watched>();
  readonly #changed = new Set<number>();
  readonly #sites: SiteSilence;
  readonly #lookup: TagLookup;
  readonly #directory: Pick<WellDirectory, 'find'>;
  readonly #wellsMax: number;
  readonly #wanted: (well: WellRef) => boolean;
  /** Wells a minute closed for since the last cycle. */
  readonly #heard = new Map<number, WellRef>();
  refused = 0;

  constructor({ tagName, directory, limits, rules, over, wanted, wellsMax }: AlertOptions) {
    const base = { ...alertLimits, ...limits };
    this.#rules = new ScopedLimits<AlertLimits>(base, rules, over);
    this.#wanted = wanted ?? (() => true);
    this.#sites = new SiteSilence(base);
    this.#directory = directory;
    this.#wellsMax = wellsMax ?? wellsMaxDefault;
    const tags: readonly string[] = contextTags;
    this.#lookup = new TagLookup(tagName, (tag) => tags.indexOf(tag));
    this.state = {
      version: stateVersion,
      drainChanges: (out) => this.#drain(out, this.#changed),
      drainAll: (out) => this.#drain(out, this.#wells.keys()),
      restore: (key, value) => this.#restore(key, value),
    };
  }

  process(input: AlertInput): void {
    switch (input.from) {
      case 'minutes':
        this.#minutes(input.value);
        break;
      case 'findings':
      case 'together':
      case 'rules':
      case 'cardFindings':
      case 'espRules':
      case 'espFindings':
        if (input.value.lane === 'live') this.#watch(input.value.well)?.alerts.noteFinding(input.value);
        break;
      case 'records':
        this.#record(input.value);
        break;
    }
  }

  #minutes(batch: WindowBatch): void {
    let last: Watched | null = null;
    for (let i = 0; i < batch.length; i++) {
      if (batch.late[i] !== 0 || batch.lanes[i] !== 'live') continue;
      const well = batch.wells[i] as WellRef;
      if (last?.well !== well) last = this.#watch(well);
      if (last === null) continue;
      this.#heard.set(well.wellId, well);
      const startMs = batch.startMs[i] as number;
      const { alerts } = last;
      if (startMs + windowMs > alerts.context.newestMs) {
        alerts.context.newestMs = startMs + windowMs;
        alerts.shelves.service = batch.service[i] as number;
      }
      const tag = this.#lookup.find(well.tenant, batch.tagIds[i] as number);
      if (tag < 0) continue;
      const good = batch.goods[i] as number;
      if (good > 0) alerts.context.note(tag, startMs, (batch.sums[i] as number) / good, alerts.frozen);
    }
  }

  #record(record: SiteRecord): void {
    const { body } = record;
    const name = body['well'];
    if (record.wellId === null || typeof name !== 'string') return;
    const well = this.#directory.find(record.tenant.slug, record.site, name);
    if (typeof well === 'string' || !ofInterest.has(record.kind)) return;
    const alerts = this.#watch(well)?.alerts;
    if (alerts === undefined) return;
    const number = (value: unknown): number | null =>
      typeof value === 'number' && Number.isFinite(value) ? value : null;
    if (record.kind === 'AlertAction') {
      const action = alertActionOf(record, record.hlc / hlcPerMs);
      if (action !== null) alerts.act(action, record.hlc);
    } else if (record.kind === 'WellTest' && !record.tombstone) {
      const startMs = number(body['startMs']) ?? 0;
      alerts.context.noteTest(startMs + (number(body['durationMinutes']) ?? 0) * minuteMs);
      const oil = number(body['oilM3PerDay']);
      if (oil !== null && body['accepted'] === true) alerts.context.noteRecordedOil(oil);
    } else if (record.kind === 'DailyProduction' && !record.tombstone) {
      const oil = number(body['oilM3']);
      const hours = number(body['onHours']);
      if (oil !== null && hours !== null && hours > 0)
        alerts.context.noteRecordedOil((oil * dayMs) / (hours * 60 * minuteMs));
    }
  }

  endCycle({ nowMs }: CycleClock, emit: Emit<Alert>): void {
    for (const well of this.#heard.values()) {
      this.#sites.heard(well, nowMs, (other) => this.#changed.add(other.wellId));
      this.#changed.add(well.wellId);
    }
    this.#heard.clear();
    for (const wellId of this.#changed) {
      const watched = this.#wells.get(wellId);
      if (watched !== undefined) watched.alerts.step(watched.well, nowMs, emit);
    }
    this.#sites.step(nowMs, emit, (well) => this.#changed.add(well.wellId));
  }

  #watch(well: WellRef): Watched | null {
    const known = this.#wells.get(well.wellId);
    if (known !== undefined) {
      this.#changed.add(well.wellId);
      return known;
    }
    if (!this.#wanted(well)) return null;
    if (this.#wells.size >= this.#wellsMax) {
      this.refused++;
      return null;
    }
    const watched = { well, alerts: new WellAlerts(this.#rules.limitsOf(well)) };
    this.#wells.set(well.wellId, watched);
    this.#changed.add(well.wellId);
    return watched;
  }

  readonly #packed = new PackedWriter();

  #drain(out: StateWriter, wellIds: Iterable<number>): void {
    for (const wellId of wellIds) {
      const watched = this.#wells.get(wellId);
      if (watched === undefined) continue;
      const { well, alerts } = watched;
      this.#packed.clear();
      this.#packed.text(well.tenant.slug);
      this.#packed.text(well.site);
      this.#packed.text(well.well);
      this.#sites.write(this.#packed, well);
      writeWellAlerts(this.#packed, alerts);
      out.put(wellId, this.#packed.bytes());
    }
    this.#changed.clear();
  }

  #restore(key: number, value: Uint8Array): void {
    const from = new PackedReader(value);
    const well = this.#directory.find(from.text(), from.text(), from.text());
    // A well that was taken out of the directory has no alerts any more.
    if (typeof well === 'string') return;
    this.#sites.restore(from, well);
    this.#wells.set(key, { well, alerts: readWellAlerts(from, this.#rules.limitsOf(well)) });
  }
}
