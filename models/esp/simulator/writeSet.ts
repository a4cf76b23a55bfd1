/** Writes simulated wells as an evaluation reads them: one CSV a well, `labels.json`, and what an oracle would see. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dayMs } from '../dayScore.js';
import { writeEquipment } from '../equipment.js';
import type { WellFailure, WellSeries } from '../wellSeries.js';
import { settings, type SettingName } from './ranges.js';
import { type SimulatedSeries, simulateWell } from './simulateWell.js';

export interface SetOptions {
  readonly folder: string;
  readonly setting: SettingName;
  readonly wells: number;
  readonly days: number;
  readonly seed: number;
  readonly stepMs: number;
  readonly startMs: number;
  /** Told after each well. */
  readonly progress?: (done: number) => void;
}

export interface SetSummary {
  readonly wells: number;
  readonly rows: number;
  readonly failures: number;
  readonly sudden: number;
  readonly events: number;
}

/** The same options give the same bytes. */
export function writeSet(options: SetOptions): SetSummary {
  const { folder, setting, wells, stepMs, startMs, days, seed } = options;
  mkdirSync(folder, { recursive: true });
  const labels: Record<string, unknown> = {};
  const severities: Record<string, unknown> = {};
  const summary = { wells: 0, rows: 0, failures: 0, sudden: 0, events: 0 };
  for (let index = 0; index < wells; index++) {
    const one = simulateWell({ ranges: settings[setting], seed, index, startMs, days, stepMs });
    const { well } = one.series;
    writeFileSync(join(folder, `${well}.csv.gz`), gzipSync(seriesCsv(one.series), { level: 1 }));
    labels[well] = labelOf(one);
    severities[well] = { sixes: [...one.severity].map((s) => Number(s.toFixed(4))) };
    summary.wells++;
    summary.rows += one.series.timesMs.length;
    summary.failures += one.failures.length;
    summary.sudden += one.failures.filter(({ sudden }) => sudden).length;
    summary.events += one.events.length;
    options.progress?.(index + 1);
  }
  writeFileSync(join(folder, 'labels.json'), `${JSON.stringify({ wells: labels })}\n`);
  const oracle = { severityVariation: settings[setting].severityVariation, wells: severities };
  writeFileSync(join(folder, 'oracle.json'), `${JSON.stringify(oracle)}\n`);
  return summary;
}

function labelOf(one: SimulatedSeries): Record<string, unknown> {
  return {
    equipment: writeEquipment(one.series.equipment),
    failures: one.failures.map(failureLabel),
    observed_to: iso(one.observedToMs),
    // Beyond what an evaluation needs: a failure after the end whose first signs are in the record, events without a pull.
    ...(one.beyond === null ? {} : { beyond: failureLabel(one.beyond) }),
    ...(one.events.length === 0
      ? {}
      : {
          events: one.events.map(({ mode, startMs, endMs }) => ({
            mode,
            start: iso(startMs),
            end: iso(endMs),
          })),
        }),
  };
}

function failureLabel(failure: WellFailure): Record<string, unknown> {
  return {
    mode: failure.mode,
    onset: iso(failure.onsetMs),
    failure: iso(failure.failureMs),
    detectable_from: failure.detectableFromMs === null ? null : iso(failure.detectableFromMs),
    sudden: failure.sudden,
  };
}

export function seriesCsv(series: WellSeries): string {
  const columns = [...series.columns];
  const lines = [['timestamp', ...columns.map(([name]) => name)].join(',')];
  let [day, date] = [Number.NaN, ''];
  for (let row = 0; row < series.timesMs.length; row++) {
    const ms = series.timesMs[row] as number;
    if (Math.floor(ms / dayMs) !== day) {
      day = Math.floor(ms / dayMs);
      date = iso(ms).slice(0, 11);
    }
    let line = date + timeOfDay(ms);
    for (const [, values] of columns) {
      const value = values[row] as number;
      line += Number.isNaN(value) ? ',' : `,${Math.round(value * 1000) / 1000}`;
    }
    lines.push(line);
  }
  lines.push('');
  return lines.join('\n');
}

function timeOfDay(ms: number): string {
  const seconds = Math.floor((ms % dayMs) / 1000);
  const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}Z`;
}

function iso(ms: number): string {
  return new Date(Math.round(ms)).toISOString();
}
