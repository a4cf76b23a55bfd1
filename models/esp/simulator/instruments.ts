/** Which instruments a well has, how well they read, and when they fail: frozen, sentinels, gaps. */
import { dayMs, hourMs } from '../dayScore.js';
import { type SignalName, signalNames } from '../signals.js';
import type { Draw } from './draw.js';
import type { Ranges } from './ranges.js';

export interface Instrument {
  readonly name: SignalName;
  /** Standard deviation of the reading: absolute, and as a share of the value. */
  readonly noise: number;
  readonly noiseShare: number;
  readonly step: number;
  readonly offset: number;
  /** As a share of the value. */
  readonly gain: number;
  readonly driftPerDay: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Instruments {
  readonly present: readonly Instrument[];
  /** How rates are known: by a meter, or by a test now and then (held between tests, or blank). */
  readonly rates: 'meter' | 'held test' | 'test';
  readonly testEveryMs: number;
  /** Insulation is read all the time, or only while the motor stands. */
  readonly insulationAlways: boolean;
  readonly baseLeakageMa: number;
  readonly baseInsulationMohm: number;
  readonly baseUnbalance: readonly [number, number, number];
  readonly baseVoltUnbalance: readonly [number, number, number];
  readonly thdPercent: number;
  readonly blankWhenDown: boolean;
  readonly frozen: ReadonlyMap<SignalName, readonly Span[]>;
  readonly gaps: readonly Span[];
  readonly sentinel: number;
  /** Chance that a row's reading of a gauge signal is the sentinel. */
  readonly sentinelChance: number;
  /** Rows in a gap are left out, or there with blanks. */
  readonly gapRows: 'absent' | 'blank';
}

/** [noise, share of the value, step] of a common gauge: .1 % of full scale, 1 psi; drives .5 A [domain notes]. */
const quality: Readonly<Record<SignalName, readonly [number, number, number]>> = {
  'esp.pip': [12, 0, 6.9],
  'esp.pdp': [25, 0, 6.9],
  'esp.ti': [0.1, 0, 0.1],
  'esp.tm': [0.4, 0, 0.1],
  'esp.te': [0.1, 0, 0.1],
  'esp.vx': [0.004, 0.12, 0.001],
  'esp.vy': [0.004, 0.12, 0.001],
  'esp.vz': [0.004, 0.15, 0.001],
  'esp.vpk': [0.01, 0.2, 0.001],
  'esp.leak': [0.12, 0, 0.01],
  'esp.insul': [0, 0.1, 0.1],
  'esp.ia': [0.25, 0.004, 0.5],
  'esp.ib': [0.25, 0.004, 0.5],
  'esp.ic': [0.25, 0.004, 0.5],
  // What a transformer and a meter add to a mean over a minute; the line itself wanders (`Ranges.lineWander`).
  'esp.vab': [0.5, 0.0008, 1],
  'esp.vbc': [0.5, 0.0008, 1],
  'esp.vca': [0.5, 0.0008, 1],
  'esp.f': [0.02, 0, 0.01],
  'esp.kw': [0.4, 0.006, 0.1],
  'esp.pf': [0.004, 0, 0.01],
  'esp.thd': [0.2, 0, 0.1],
  'esp.rpm': [3, 0, 1],
  'esp.run': [0, 0, 1],
  'esp.trip': [0, 0, 1],
  'well.whp': [10, 0.005, 1],
  'well.chp': [8, 0.004, 1],
  'well.flp': [8, 0.005, 1],
  'well.wht': [0.3, 0, 0.1],
  'well.choke': [0, 0, 0.5],
  'well.ql': [0.5, 0.03, 0.1],
  'well.qo': [0.3, 0.04, 0.1],
  'well.qw': [0.3, 0.04, 0.1],
  'well.qg': [10, 0.06, 1],
  'well.wcut': [0.008, 0, 0.001],
};

/** Chance of a well to lack one, beside the groups of `Ranges.lacks` [common practice]. */
const singly: Partial<Record<SignalName, number>> = {
  'esp.te': 0.5,
  'esp.vy': 0.35,
  'esp.vz': 0.5,
  'esp.vpk': 0.6,
  'esp.vx': 0.15,
  'esp.pf': 0.4,
  'esp.thd': 0.6,
  'esp.rpm': 0.6,
  'esp.run': 0.2,
  'esp.trip': 0.4,
  'esp.insul': 0.5,
  'esp.f': 0.04,
  'esp.tm': 0.05,
  'well.chp': 0.25,
  'well.flp': 0.3,
  'well.wht': 0.25,
  'well.choke': 0.3,
  'well.qg': 0.4,
  'well.wcut': 0.3,
};

const groups: Readonly<Record<keyof Ranges['lacks'], readonly SignalName[]>> = {
  gauge: [
    'esp.pip',
    'esp.pdp',
    'esp.ti',
    'esp.tm',
    'esp.te',
    'esp.vx',
    'esp.vy',
    'esp.vz',
    'esp.vpk',
    'esp.leak',
  ],
  discharge: ['esp.pdp'],
  phases: ['esp.ib', 'esp.ic'],
  volts: ['esp.vab', 'esp.vbc', 'esp.vca'],
  power: ['esp.kw', 'esp.pf'],
  rates: ['well.ql', 'well.qo', 'well.qw', 'well.qg', 'well.wcut'],
  leakage: ['esp.leak'],
};

/** What a broken cable takes with it: all that comes up it from below. */
export const downholeSignals: ReadonlySet<SignalName> = new Set(groups.gauge);
/** What the drive measures: of no meaning while it stands. */
export const driveSignals: ReadonlySet<SignalName> = new Set<SignalName>([
  ...groups.phases,
  'esp.ia',
  ...groups.volts,
  ...groups.power,
  'esp.thd',
  'esp.rpm',
]);

export function drawInstruments(
  ranges: Ranges,
  draw: Draw,
  at: { readonly startMs: number; readonly endMs: number },
): Instruments {
  const lacking = new Set<SignalName>();
  for (const [group, names] of Object.entries(groups))
    if (draw.chance(ranges.lacks[group as keyof Ranges['lacks']]))
      for (const name of names) lacking.add(name);
  for (const name of signalNames) if (draw.chance(singly[name] ?? 0)) lacking.add(name);
  const noisy = draw.between(ranges.noise);
  const present = signalNames
    .filter((name) => !lacking.has(name))
    .map((name) => instrument(name, ranges, draw, noisy * draw.between([0.8, 1.2])));
  const months = (at.endMs - at.startMs) / (30.4 * dayMs);
  const spans = (count: number, hours: readonly [number, number]): Span[] =>
    Array.from({ length: poisson(draw, count) }, () => {
      const fromMs = draw.between([at.startMs, at.endMs]);
      return { fromMs, toMs: fromMs + draw.logBetween(hours) * hourMs };
    });
  const frozenPerMonth = draw.between(ranges.frozenMonth) / 4;
  const frozen = new Map<SignalName, readonly Span[]>();
  for (const { name } of present)
    if (downholeSignals.has(name) || name.startsWith('well.'))
      frozen.set(name, spans(frozenPerMonth * months * 0.5, [2, 120]));
  const unbalance = (size: number) =>
    [size * draw.normal(), size * draw.normal(), size * draw.normal()] as const;
  return {
    present,
    rates: draw.pick([
      ['meter', 4],
      ['held test', 3],
      ['test', 3],
    ]),
    testEveryMs: draw.logBetween([2, 30]) * dayMs,
    insulationAlways: draw.chance(0.4),
    baseLeakageMa: draw.between([9, 19]),
    baseInsulationMohm: draw.logBetween([20, 800]),
    baseUnbalance: unbalance(0.008),
    baseVoltUnbalance: unbalance(0.003),
    thdPercent: draw.between([2, 6]),
    blankWhenDown: draw.chance(0.3),
    frozen,
    gaps: spans(draw.between(ranges.gapsMonth) * months, [0.2, 60]),
    sentinel: draw.pick([
      [-999, 3],
      [-99.99, 2],
      [0, 1],
      [-9999, 1],
    ]),
    sentinelChance: draw.between(ranges.sentinelsMonth) / (30.4 * 24),
    gapRows: draw.chance(0.5) ? 'absent' : 'blank',
  };
}

function instrument(name: SignalName, ranges: Ranges, draw: Draw, noisy: number): Instrument {
  const [noise, noiseShare, step] = quality[name];
  const isPressure = name === 'esp.pip' || name === 'esp.pdp';
  const isHot = name === 'esp.tm' || name === 'esp.ti' || name === 'esp.te';
  const drift = (draw.between(ranges.driftPerMonth) * (draw.chance(0.5) ? 1 : -1)) / 30.4;
  return {
    name,
    noise: noise * noisy,
    noiseShare: noiseShare * noisy,
    step,
    offset: isPressure ? 40 * draw.normal() : isHot ? draw.normal() : 0,
    gain: noiseShare > 0 ? 0.03 * draw.normal() : 0,
    // Of full scale: 35 MPa, 150 °C. Surface sensors are looked after.
    driftPerDay: isPressure ? 7000 * drift : isHot ? 30 * drift : 0,
  };
}

function poisson(draw: Draw, mean: number): number {
  let count = 0;
  for (let at = draw.waiting(1); at < mean; at += draw.waiting(1)) count++;
  return count;
}

/** Which of the spans, sorted or not, holds a time. */
export function within(spans: readonly Span[], timeMs: number): boolean {
  for (const span of spans) if (timeMs >= span.fromMs && timeMs < span.toMs) return true;
  return false;
}
