/** Draws what happens to a well: its failure, false starts of one, changes of operation, stops and events. */
import { dayMs, hourMs } from '../dayScore.js';
import { type FailureMode, type OperatingEvent, operatingEvents } from '../modes.js';
import type { WellFailure } from '../wellSeries.js';
import type { Strengths } from './condition.js';
import { type Draw, drawFrom, type Range, seedOf } from './draw.js';
import type { Ranges } from './ranges.js';
import { daysToSeverity, type Growth, severityAt } from './severity.js';

/** One degradation of the pump. It fails at `failureMs`, or stops growing at `cap`; an acid job may take most of it away. */
export interface Degradation {
  readonly mode: FailureMode;
  readonly onsetMs: number;
  readonly growth: Growth;
  readonly strengths: Strengths;
  readonly cap: number;
  readonly acidMs: number;
  readonly keptAfterAcid: number;
}

export type EpisodeKind = OperatingEvent | 'trip' | 'shut_in' | 'workover';

export interface Episode {
  readonly kind: EpisodeKind;
  readonly startMs: number;
  readonly endMs: number;
  /** .5–1.5: how bad. */
  readonly size: number;
  readonly periodMin: number;
}

export interface SetPoint {
  readonly fromMs: number;
  readonly value: number;
}

export interface Life {
  readonly failure: WellFailure | null;
  /** True severity at which the well fails. */
  readonly severityAtFailure: number;
  readonly degradations: readonly Degradation[];
  /** By start. */
  readonly episodes: readonly Episode[];
  readonly frequencies: readonly SetPoint[];
  readonly chokes: readonly SetPoint[];
  readonly holdsIntake: boolean;
  /** How long the drive goes on turning a broken shaft. */
  readonly runsOnMs: number;
  readonly endMs: number;
}

export interface LifeOptions {
  readonly seed: number;
  readonly index: number;
  readonly startMs: number;
  readonly days: number;
  readonly frequencyHz: number;
  readonly choke: number;
}

/** No well fails below the first, none lives beyond the second. */
export const severityAtFailureLimits = [0.4, 2] as const;

/** A severity below this share of 1 leaves no trace above the noise of common gauges. */
const detectableSeverity = 0.25;

/** Hours an event lasts [common practice]. */
const eventHours: Readonly<Record<OperatingEvent, Range>> = {
  gas_interference: [1, 24],
  gas_lock: [0.4, 2],
  pump_off: [3, 30],
  closed_choke: [0.3, 4],
  plugged_flowline: [2, 48],
  dead_head: [0.2, 1],
  reverse_rotation: [1, 8],
  power: [0.05, 0.4],
  overheating: [4, 24],
  unknown: [0.5, 6],
};

export function drawLife(ranges: Ranges, options: LifeOptions): Life {
  const { seed, index, startMs, days } = options;
  const draw = drawFrom(seedOf(seed, index, 1));
  const lastMs = startMs + days * dayMs;
  const { failure, degradation, severityAtFailure } = drawFailure(ranges, draw, startMs, days);
  const endMs =
    failure !== null && failure.failureMs < lastMs
      ? Math.min(lastMs, failure.failureMs + draw.between([0.3, 10]) * dayMs)
      : lastMs;
  const degradations = degradation === null ? [] : [degradation];
  // Where a failure is drawn as well, its own growth should not be hidden by another one.
  if (degradation === null && draw.chance(ranges.plateauShare))
    degradations.push(drawPlateau(ranges, draw, startMs, days));
  const acids = degradations.filter(({ acidMs }) => acidMs < endMs);
  return {
    failure,
    severityAtFailure,
    degradations,
    episodes: drawEpisodes(ranges, draw, startMs, Math.min(endMs, failure?.failureMs ?? endMs), acids),
    frequencies: drawSteps(draw, {
      first: options.frequencyHz,
      startMs,
      endMs,
      perMonth: draw.between(ranges.frequencyChangesMonth),
      next: (now) => Math.min(65, Math.max(35, now + 2.2 * draw.normal())),
    }),
    chokes: drawSteps(draw, {
      first: options.choke,
      startMs,
      endMs,
      perMonth: draw.between(ranges.chokeChangesMonth),
      next: (now) => Math.min(100, Math.max(20, now + 10 * draw.normal())),
    }),
    holdsIntake: draw.chance(ranges.heldIntakeShare),
    runsOnMs: draw.between([0.7, 20]) * hourMs,
    endMs,
  };
}

function drawGrowth(ranges: Ranges, draw: Draw, mode: FailureMode): Growth {
  return {
    shape: draw.pick(ranges.shapes),
    days: draw.logBetween(ranges.onsetDaysLog[mode]),
    bend: draw.between([1.2, 3]),
    jumps: Array.from({ length: 2 + Math.floor(4 * draw.unit()) }, () => draw.unit()).sort((a, b) => a - b),
  };
}

function drawStrengths(ranges: Ranges, draw: Draw): Strengths {
  const one = () => draw.between(ranges.effect);
  return [one(), one(), one(), one(), one()];
}

/** The failure may lie beyond the record: then its first signs do not. */
function drawFailure(ranges: Ranges, draw: Draw, startMs: number, days: number) {
  const none = { failure: null, degradation: null, severityAtFailure: Number.POSITIVE_INFINITY };
  const failureDay = draw.waiting(365 / ranges.failuresWellYear);
  const mode = draw.pick(ranges.modes);
  const sudden = draw.chance(ranges.suddenShare);
  const growth = drawGrowth(ranges, draw, mode);
  const [least, most] = severityAtFailureLimits;
  const severityAtFailure = Math.min(most, Math.max(least, draw.logNormal(ranges.severityVariation)));
  const strengths = drawStrengths(ranges, draw);
  const takesDays = daysToSeverity(growth, severityAtFailure);
  if (sudden) {
    if (failureDay > days || failureDay < 2) return none;
    const failureMs = Math.round(startMs + failureDay * dayMs);
    const failure = { mode, onsetMs: failureMs, failureMs, detectableFromMs: null, sudden };
    return { failure, degradation: null, severityAtFailure };
  }
  const onsetDay = failureDay - takesDays;
  // A record that opens with the pump half gone has no healthy state to compare with: seldom, not never.
  if (onsetDay > days || (onsetDay < 3 && !draw.chance(0.15)) || failureDay < 5) return none;
  const onsetMs = Math.round(startMs + onsetDay * dayMs);
  const failure: WellFailure = {
    mode,
    onsetMs,
    failureMs: Math.round(startMs + failureDay * dayMs),
    detectableFromMs: Math.round(onsetMs + daysToSeverity(growth, detectableSeverity) * dayMs),
    sudden,
  };
  const degradation: Degradation = {
    mode,
    onsetMs,
    growth,
    strengths,
    cap: Number.POSITIVE_INFINITY,
    acidMs: Number.POSITIVE_INFINITY,
    keptAfterAcid: 1,
  };
  return { failure, degradation, severityAtFailure };
}

const plateauModes: readonly (readonly [FailureMode, number])[] = [
  ['worn_stage', 2],
  ['scale_in_pump', 2],
  ['plugged_intake', 1],
  ['sand', 1],
  ['insulation_cable', 1],
  ['motor_burnout', 1],
];

function drawPlateau(ranges: Ranges, draw: Draw, startMs: number, days: number): Degradation {
  const mode = draw.pick(plateauModes);
  const growth = drawGrowth(ranges, draw, mode);
  const onsetMs = startMs + draw.between([0.05, 0.8]) * days * dayMs;
  const acid = (mode === 'scale_in_pump' || mode === 'plugged_intake') && draw.chance(0.6);
  const cap = acid ? draw.between([0.35, 0.7]) : draw.between([0.1, 0.4]);
  return {
    mode,
    onsetMs,
    growth,
    strengths: drawStrengths(ranges, draw),
    cap,
    acidMs: acid
      ? onsetMs + (daysToSeverity(growth, cap) + draw.between([0.5, 6])) * dayMs
      : Number.POSITIVE_INFINITY,
    keptAfterAcid: draw.between([0.03, 0.25]),
  };
}

export function severityOf(degradation: Degradation, timeMs: number): number {
  const grown = severityAt(degradation.growth, (timeMs - degradation.onsetMs) / dayMs);
  const kept = timeMs >= degradation.acidMs ? degradation.keptAfterAcid : 1;
  return Math.min(grown, degradation.cap) * kept;
}

function drawEpisodes(
  ranges: Ranges,
  draw: Draw,
  startMs: number,
  endMs: number,
  acids: readonly Degradation[],
): Episode[] {
  const episodes: Episode[] = [];
  const add = (kind: EpisodeKind, atMs: number, hours: number): void => {
    const size = draw.between([0.5, 1.5]);
    episodes.push({
      kind,
      startMs: Math.round(atMs),
      endMs: Math.round(atMs + hours * hourMs),
      size,
      periodMin: draw.between([2, 30]),
    });
  };
  const scatter = (perMonth: number, at: (timeMs: number) => void): void => {
    if (perMonth <= 0) return;
    const meanMs = (30.4 * dayMs) / perMonth;
    for (let ms = startMs + draw.waiting(meanMs); ms < endMs; ms += draw.waiting(meanMs)) at(ms);
  };
  scatter(draw.between(ranges.tripsMonth), (ms) => add('trip', ms, draw.logBetween([0.3, 10])));
  scatter(draw.between(ranges.shutInsYear) / 12, (ms) => add('shut_in', ms, draw.logBetween([6, 140])));
  scatter(ranges.workoversYear / 12, (ms) => add('workover', ms, draw.between([72, 340])));
  for (const { acidMs } of acids) add('shut_in', acidMs - 12 * hourMs, 12);
  for (const kind of operatingEvents)
    scatter(ranges.eventsMonth[kind], (ms) => {
      const hours = draw.logBetween(eventHours[kind]);
      add(kind, ms, hours);
      // Phases are swapped while a drive is worked on: a pump turns the wrong way from a start on.
      if (kind === 'reverse_rotation') add('shut_in', ms - 0.5 * hourMs, 0.5);
      // The protection stops half of what it can see; the rest comes back by itself.
      const tripped = kind === 'gas_lock' || kind === 'dead_head' || kind === 'pump_off' ? 0.5 : 0.2;
      if (kind !== 'gas_interference' && draw.chance(tripped))
        add('trip', ms + hours * hourMs, draw.logBetween([0.3, 6]));
    });
  return episodes.sort((a, b) => a.startMs - b.startMs);
}

function drawSteps(
  draw: Draw,
  options: {
    readonly first: number;
    readonly startMs: number;
    readonly endMs: number;
    readonly perMonth: number;
    readonly next: (now: number) => number;
  },
): SetPoint[] {
  const steps: SetPoint[] = [{ fromMs: options.startMs, value: options.first }];
  if (options.perMonth <= 0) return steps;
  const meanMs = (30.4 * dayMs) / options.perMonth;
  let value = options.first;
  for (let ms = options.startMs + draw.waiting(meanMs); ms < options.endMs; ms += draw.waiting(meanMs)) {
    // Operators come back to where the well was designed to run.
    value = 0.6 * options.next(value) + 0.4 * options.first;
    steps.push({ fromMs: ms, value: Math.round(value * 2) / 2 });
  }
  return steps;
}
