/** Reads `labels.json`: equipment for the score, failures for the judge alone. */
import { BalancinError } from '#schemas/errors.js';
import { type Equipment, readEquipment } from '../equipment.js';
import { isFailureMode, isOperatingEvent } from '../modes.js';
import type { WellEvent, WellFailure } from '../wellSeries.js';

/** What only the judge may see. */
export interface WellTruth {
  /** By time. */
  readonly failures: readonly WellFailure[];
  /** A failure after the end of the record: an alert after its onset is neither hit nor false. */
  readonly beyond: WellFailure | null;
  readonly events: readonly WellEvent[];
  /** Null where the file gives none: then the series' last row. */
  readonly observedToMs: number | null;
}

export interface LabelledWell {
  readonly equipment: Equipment;
  readonly truth: WellTruth;
}

const wellsMax = 100_000;

/** By well. Throws DATA_INVALID naming well and field. */
export function readLabels(json: unknown): ReadonlyMap<string, LabelledWell> {
  const wells = isObject(json) ? json['wells'] : undefined;
  if (!isObject(wells)) throw invalid('labels have no `wells`');
  const names = Object.keys(wells);
  if (names.length > wellsMax)
    throw invalid(`labels name ${names.length} wells, at most ${wellsMax} are read`);
  return new Map(
    names.map((well) => {
      const given = wells[well];
      if (!isObject(given)) throw invalid(`well ${well} is not an object`);
      const at = (what: string) => `well ${well}: ${what}`;
      const failures: WellFailure[] = [];
      const events: WellEvent[] = [];
      for (const each of list(given['failures'], at('failures'))) {
        const mode = each['mode'];
        if (typeof mode === 'string' && isOperatingEvent(mode)) {
          // An event among the failures: minutes long, no pull, so it is none.
          const endMs = time(each['failure'] ?? each['end'], at('failure'));
          events.push({ mode, startMs: optionalTime(each['onset'], at('onset')) ?? endMs, endMs });
        } else failures.push(readFailure(each, at));
      }
      for (const each of list(given['events'], at('events'))) {
        const mode = each['mode'];
        if (typeof mode !== 'string' || !isOperatingEvent(mode))
          throw invalid(at(`event mode ${String(mode)}`));
        events.push({ mode, startMs: time(each['start'], at('start')), endMs: time(each['end'], at('end')) });
      }
      const beyond = given['beyond'];
      const truth: WellTruth = {
        failures: failures.sort((a, b) => a.failureMs - b.failureMs),
        beyond: isObject(beyond) ? readFailure(beyond, at) : null,
        events: events.sort((a, b) => a.startMs - b.startMs),
        observedToMs: optionalTime(given['observed_to'], at('observed_to')),
      };
      return [well, { equipment: readEquipment(given['equipment']), truth }] as const;
    }),
  );
}

function readFailure(given: Record<string, unknown>, at: (what: string) => string): WellFailure {
  const mode = given['mode'];
  if (typeof mode !== 'string' || !isFailureMode(mode)) throw invalid(at(`failure mode ${String(mode)}`));
  const failureMs = time(given['failure'], at('failure'));
  const onsetMs = optionalTime(given['onset'], at('onset')) ?? failureMs;
  const detectableFromMs = optionalTime(given['detectable_from'], at('detectable_from'));
  if (onsetMs > failureMs) throw invalid(at('a failure lies before its onset'));
  return { mode, onsetMs, failureMs, detectableFromMs, sudden: given['sudden'] === true };
}

function list(value: unknown, what: string): readonly Record<string, unknown>[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((each) => isObject(each))) throw invalid(`${what} is not a list`);
  return value;
}

function time(value: unknown, what: string): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(`${what} ${JSON.stringify(value) ?? 'missing'} is not a time`);
  return ms;
}

function optionalTime(value: unknown, what: string): number | null {
  return value === undefined || value === null ? null : time(value, what);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string): BalancinError {
  return new BalancinError('DATA_INVALID', `labels: ${what}`);
}
