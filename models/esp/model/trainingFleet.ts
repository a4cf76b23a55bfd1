/** Simulated wells to learn from: settings mixed, some without equipment data, some without gauges, some in hourly steps. */
import { readEquipment } from '../equipment.js';
import { type Draw, drawFrom, seedOf } from '../simulator/draw.js';
import { randomisedRanges } from '../simulator/randomisedRanges.js';
import { type SettingName, settings } from '../simulator/ranges.js';
import { type SimulatedSeries, simulateWell, type SimulationOptions } from '../simulator/simulateWell.js';
import type { SignalName } from '../signals.js';

export interface FleetOptions {
  /** `randomised`: every well another mixture. */
  readonly setting: SettingName | 'randomised';
  readonly seed: number;
  readonly from: number;
  readonly wells: number;
  readonly days: number;
  /** Failures a well-year; the setting's own where not given. More of them for training: they are what is learned from. */
  readonly failuresWellYear?: number;
}

/** Declared before training: shares of wells that lack what operators often lack. */
const lacks = { equipment: 0.25, someSignals: 0.2, hourly: 0.2 } as const;
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

/** What a well of the fleet is simulated from; `draw` goes on to what it lacks. */
export function fleetWell(
  options: FleetOptions,
  index: number,
): { readonly simulation: SimulationOptions; readonly draw: Draw } {
  const { setting, seed, days } = options;
  const draw = drawFrom(seedOf(seed, index, 17));
  const stepMs = draw.chance(lacks.hourly) ? 3_600_000 : 600_000;
  const own = setting === 'randomised' ? randomisedRanges(draw) : settings[setting];
  const ranges = { ...own, failuresWellYear: options.failuresWellYear ?? own.failuresWellYear };
  return { simulation: { ranges, seed, index, startMs, days, stepMs }, draw };
}

export function* trainingFleet(options: FleetOptions): Generator<SimulatedSeries> {
  for (let index = options.from; index < options.from + options.wells; index++) {
    const { simulation, draw } = fleetWell(options, index);
    const simulated = simulateWell(simulation);
    const columns = new Map(simulated.series.columns);
    if (draw.chance(lacks.someSignals))
      for (const name of draw.pick(losable.map((group) => [group, 1] as const))) columns.delete(name);
    const equipment = draw.chance(lacks.equipment) ? readEquipment({}) : simulated.series.equipment;
    yield { ...simulated, series: { ...simulated.series, columns, equipment } };
  }
}
