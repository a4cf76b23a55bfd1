/** One ESP in one lane as the stream keeps it: features, usual rate, what it is and whether it is still in the well. */
import { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import { dayMs } from '../dayScore.js';
import { type Equipment, readEquipment } from '../equipment.js';
import { WellFeatures } from '../features/wellFeatures.js';
import { signalNames } from '../signals.js';
import { isRunning } from '../features/minuteChannels.js';
import type { EspEvent, RecordVersion } from './espEquipment.js';

type InstalledEvent = Extract<EspEvent, { readonly kind: 'installed' }>;

const [ql, qo, wcut] = [
  signalNames.indexOf('well.ql'),
  signalNames.indexOf('well.qo'),
  signalNames.indexOf('well.wcut'),
];

/** Beside the equipment's keys: which version of which record told it. */
const recordKey = 'record';
/** Minutes that a well's usual rate is a mean of: a week. */
const rateMinutes = 10_080;
/** Two times of one installation, from a record and from the signals, differ by so much at most. */
const sameInstallationMs = 7 * dayMs;

/** Whole hours after which a pump that stands still is no longer one that produces. */
const shutInHours = 24;

export class EspWell {
  features: WellFeatures;
  /** Keyed as `readEquipment` reads it, as JSON: '' where no record told. */
  #equipmentJson = '';
  /** The record that told it; null where none did, or before it was kept. */
  #told: RecordVersion | null = null;
  /** NaN where it is in the well. */
  #pulledMs = Number.NaN;
  /** Start of the newest minute, −1 before the first. */
  newestMs = -1;
  /** NaN where it was never measured, m³/d. */
  #oil = Number.NaN;
  #liquid = Number.NaN;
  #rateSamples = 0;
  #writtenRevision = -1;

  constructor(equipment: Equipment = readEquipment({})) {
    this.features = new WellFeatures(equipment);
  }

  push(startMs: number, values: Float32Array): void {
    const { installedMs } = this.features.equipment;
    // The data has reached the day on which another pump went in.
    if (installedMs !== null && this.newestMs >= 0 && this.newestMs < installedMs && startMs >= installedMs)
      this.features.reset(installedMs, true);
    if (this.newestMs < this.#pulledMs && startMs >= this.#pulledMs)
      this.features.reset(this.#pulledMs, false);
    // It runs, so somebody has put one in and told nobody.
    if (startMs > this.#pulledMs + dayMs && isRunning(values)) this.#pulledMs = Number.NaN;
    this.newestMs = Math.max(this.newestMs, startMs);
    this.features.push(startMs, values);
    this.#learnRate(values);
  }

  /**
   * True where features began anew. A later version of the same record corrects it; a record of an older pump than the one
   * that records told of is history that comes late, and changes nothing.
   */
  install({ atMs, record, equipment }: InstalledEvent): boolean {
    const told = this.#told;
    const toldMs = this.features.equipment.installedMs;
    const same = told?.id === record.id;
    if (same && record.hlc <= told.hlc) return false;
    if (told !== null && !same && toldMs !== null && atMs < toldMs) return false;
    const json = JSON.stringify({ ...equipment, [recordKey]: [record.id, record.hlc] });
    if (json === this.#equipmentJson) return false;
    this.#equipmentJson = json;
    this.#told = record;
    if (atMs >= this.#pulledMs) this.#pulledMs = Number.NaN;
    const before = this.features;
    this.features = new WellFeatures(readEquipment(equipment));
    this.#writtenRevision = -1;
    if (this.#isAnother(atMs, before, same ? toldMs : null)) return true;
    const { installedMs } = before;
    copyFeatures(before, this.features);
    const isIt = installedMs !== null && Math.abs(atMs - installedMs) <= sameInstallationMs;
    if (isIt || (same && installedMs === toldMs)) this.features.correctInstalled(atMs);
    return false;
  }

  /** Whether what was learned is not, or not only, of the pump that went in then. `correctedMs`: what its record said before. */
  #isAnother(atMs: number, { installedMs, firstMs }: WellFeatures, correctedMs: number | null): boolean {
    if (this.newestMs < 0 || this.newestMs < atMs) return false;
    const sinceMs = installedMs ?? firstMs;
    // A wrong date says nothing of the past: what counts is from when on it was seen.
    const learnedMs = installedMs === correctedMs ? Math.max(sinceMs, firstMs) : sinceMs;
    return atMs - learnedMs > sameInstallationMs;
  }

  /** True where it was in the well until now. */
  pull(atMs: number): boolean {
    const { installedMs } = this.features.equipment;
    if (atMs <= this.#pulledMs || (installedMs !== null && atMs < installedMs)) return false;
    this.#pulledMs = atMs;
    if (this.newestMs >= atMs) this.features.reset(atMs, false);
    return true;
  }

  /** Whether a stop would still lose anything. */
  get producing(): boolean {
    return !(this.newestMs >= this.#pulledMs) && this.features.downHours < shutInHours;
  }

  /** Oil where it can be told, else liquid; m³/d while running. */
  get usualRate(): { readonly m3PerDay: number; readonly of: 'oil' | 'liquid' } | null {
    if (!Number.isNaN(this.#oil)) return { m3PerDay: this.#oil, of: 'oil' };
    return Number.isNaN(this.#liquid) ? null : { m3PerDay: this.#liquid, of: 'liquid' };
  }

  /** What the records told of the same well in another lane. */
  describeAs(other: EspWell): void {
    this.#equipmentJson = other.#equipmentJson;
    this.#told = other.#told;
    this.#pulledMs = other.#pulledMs;
    this.features = new WellFeatures(other.features.equipment);
  }

  /** Takes over what another lane has learned of the same well. */
  adopt(other: EspWell): void {
    const packed = new PackedWriter();
    other.writeMinutes(packed);
    this.restoreMinutes(new PackedReader(packed.bytes()));
    packed.clear();
    other.writeHours(packed);
    this.restoreHours(new PackedReader(packed.bytes()));
    this.#writtenRevision = -1;
  }

  /** Whether what `writeHours` writes has changed since it was last asked. */
  takeHoursChanged(): boolean {
    const { hoursRevision } = this.features;
    const changed = hoursRevision !== this.#writtenRevision;
    this.#writtenRevision = hoursRevision;
    return changed;
  }

  writeMinutes(out: PackedWriter): void {
    out.integer(this.newestMs);
    for (const x of [this.#oil, this.#liquid, this.#pulledMs]) out.float64(x);
    out.count(this.#rateSamples);
    this.features.writeMinutes(out);
  }

  restoreMinutes(from: PackedReader): void {
    this.newestMs = from.integer();
    [this.#oil, this.#liquid, this.#pulledMs] = [from.float64(), from.float64(), from.float64()];
    this.#rateSamples = from.count();
    this.features.restoreMinutes(from);
  }

  writeHours(out: PackedWriter): void {
    out.text(this.#equipmentJson);
    this.features.writeHours(out);
  }

  /** Minutes that were restored before it stay. */
  restoreHours(from: PackedReader): void {
    const json = from.text();
    if (json !== this.#equipmentJson) {
      this.#equipmentJson = json;
      const equipment = json === '' ? {} : (JSON.parse(json) as Readonly<Record<string, unknown>>);
      const told = equipment[recordKey] as readonly [string, number] | undefined;
      this.#told = told === undefined ? null : { id: told[0], hlc: told[1] };
      const before = this.features;
      this.features = new WellFeatures(readEquipment(equipment));
      copyMinutes(before, this.features);
    }
    this.features.restoreHours(from);
  }

  #learnRate(v: Float32Array): void {
    if (!isRunning(v)) return;
    const liquid = v[ql] as number;
    const measured = v[qo] as number;
    const oil = Number.isNaN(measured) ? liquid * (1 - (v[wcut] as number)) : measured;
    if (Number.isNaN(liquid) && Number.isNaN(oil)) return;
    const share = 1 / Math.min(++this.#rateSamples, rateMinutes);
    this.#oil = towards(this.#oil, oil, share);
    this.#liquid = towards(this.#liquid, liquid, share);
  }
}

function towards(from: number, to: number, share: number): number {
  if (Number.isNaN(to)) return from;
  return Number.isNaN(from) ? to : from + share * (to - from);
}

function copyMinutes(from: WellFeatures, to: WellFeatures): void {
  const packed = new PackedWriter();
  from.writeMinutes(packed);
  to.restoreMinutes(new PackedReader(packed.bytes()));
}

function copyFeatures(from: WellFeatures, to: WellFeatures): void {
  copyMinutes(from, to);
  const packed = new PackedWriter();
  from.writeHours(packed);
  to.restoreHours(new PackedReader(packed.bytes()));
}
