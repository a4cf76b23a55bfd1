/** What detectors need to know of a tag, looked up once a tag. */
import { limitsOf, signalOf } from '#schemas/signals/catalogue.js';
import type { QualityLimits } from '#schemas/signals/qualityLimits.js';
import type { SignalKind, Unit } from '#schemas/signals/signal.js';
import { SettingChanges } from './settingChanges.js';

export interface WatchedTag {
  /** Its number among what people set on a well; -1 for all others. */
  readonly setting: number;
  readonly tag: string;
  readonly unit: Unit | null;
  readonly limits: QualityLimits;
  readonly low: number;
  readonly high: number;
  /** Whether its level means something by itself: not what people set, count or switch, nor a tag nobody described. */
  readonly continuous: boolean;
}

const continuousKinds: ReadonlySet<SignalKind> = new Set([
  'pressure',
  'temperature',
  'vibration',
  'current',
  'leakage',
  'voltage',
  'power',
  'rate',
  'load',
  'torque',
]);
/**
 * Shares and ratios that tell of the reservoir or of insulation by their level. Others of their kinds are worked out by a
 * controller or count (fillage, running time, the gauge's signal), and change with every stroke or order.
 */
const continuousTags: ReadonlySet<string> = new Set([
  'well.wcut',
  'well.bsw',
  'well.gor',
  'well.h2s',
  'esp.insul',
]);

export class WatchedTags {
  readonly #tags: WatchedTag[] = [];
  readonly #indexOf = new Map<string, number>();

  /** A small number for the tag, the same for equal names. */
  indexOf(tag: string): number {
    const known = this.#indexOf.get(tag);
    if (known !== undefined) return known;
    const signal = signalOf(tag);
    this.#tags.push({
      tag,
      setting: SettingChanges.numberOf(tag),
      unit: signal?.unit ?? null,
      limits: limitsOf(tag),
      low: signal?.low ?? Number.NEGATIVE_INFINITY,
      high: signal?.high ?? Number.POSITIVE_INFINITY,
      continuous: signal !== undefined && (continuousKinds.has(signal.kind) || continuousTags.has(tag)),
    });
    this.#indexOf.set(tag, this.#tags.length - 1);
    return this.#tags.length - 1;
  }

  at(index: number): WatchedTag {
    return this.#tags[index] as WatchedTag;
  }
}
