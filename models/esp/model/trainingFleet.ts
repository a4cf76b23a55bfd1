/** Simulated wells to learn from: settings mixed, some without equipment data, some without gauges, some in hourly steps. */
import { readEquipment } from '../equipment.js';
import { drawFrom, seedOf } from '../simulator/draw.js';
import { type Ranges, type SettingName, settings } from '../simulator/ranges.js';
import { type SimulatedSeries, simulateWell } from '../simulator/simulateWell.js';
import type { SignalName } from '../signals.js';

export interface FleetOptions {
  readonly setting: SettingName;
  readonly seed: number;
  readonly from: number;
  readonly wells: number;
  readonly days: number;
  /** Failures a well-year; the setting's own where not given. More of them for training: they are what is learned from. */
  readonly failuresWellYear?: number;
  /** False to leave the setting's onsets as they are. */
  readonly hurry?: boolean;
}

/** Declared before training: shares of wells that lack what operators often lack. */
const lacks = { equipment: 0.25, someSignals: 0.2, hourly: 0.2 } as const;
/** In so many wells failures grow in so much of the setting's time: how fast they do differs between fields most of all. */
const hurried = { share: 0.5, by: 0.4 } as const;
const startMs = Date.UTC(2025, 0, 1);

/** What goes missing together. */
const losable: readonly (readonly SignalName[])[] = [
  ['esp.pip', 'esp.pdp', 'esp.ti', 'esp.tm', 'esp.vx', 'esp.vy', 'esp.vz', 'esp.vpk', 'esp.leak'],
  ['esp.pdp'],
  ['esp.ia', 'esp.ib', 'esp.ic'],
  ['esp.vx', 'esp.vy', 'esp.vz', 'esp.vpk'],
  ['esp.leak', 'esp.insul'],
  ['esp.kw', 'esp.pf'],
  ['esp.vab', 'esp.vbc', 'esp.vca', 'esp.thd'],
  ['esp.f', 'esp.rpm'],
  ['esp.run', 'esp.trip'],
  ['well.ql', 'well.qo', 'well.qw', 'well.qg', 'well.wcut'],
  ['well.choke', 'well.flp'],
  ['well.whp', 'well.chp'],
];

export function* trainingFleet(options: FleetOptions): Generator<SimulatedSeries> {
  const own = settings[options.setting];
  const steady = { ...own, failuresWellYear: options.failuresWellYear ?? own.failuresWellYear };
  const fast = { ...steady, onsetDaysLog: shorter(own.onsetDaysLog, hurried.by) };
  for (let index = options.from; index < options.from + options.wells; index++) {
    const draw = drawFrom(seedOf(options.seed, index, 17));
    const stepMs = draw.chance(lacks.hourly) ? 3_600_000 : 600_000;
    const simulated = simulateWell({
      ranges: (options.hurry ?? true) && draw.chance(hurried.share) ? fast : steady,
      seed: options.seed,
      index,
      startMs,
      days: options.days,
      stepMs,
    });
    const columns = new Map(simulated.series.columns);
    if (draw.chance(lacks.someSignals))
      for (const name of draw.pick(losable.map((group) => [group, 1] as const))) columns.delete(name);
    const equipment = draw.chance(lacks.equipment) ? readEquipment({}) : simulated.series.equipment;
    yield { ...simulated, series: { ...simulated.series, columns, equipment } };
  }
}

function shorter(days: Ranges['onsetDaysLog'], by: number): Ranges['onsetDaysLog'] {
  return Object.fromEntries(
    Object.entries(days).map(([mode, [low, high]]) => [mode, [low * by, high * by]]),
  ) as unknown as Ranges['onsetDaysLog'];
}
