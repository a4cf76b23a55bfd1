/** Judges a scorer on files of wells and their labels; the labels' failures never reach the scorer. */
import { once } from 'node:events';
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { BalancinError } from '#schemas/errors.js';
import type { DayScore, DayScorer } from '../dayScore.js';
import { readEquipment } from '../equipment.js';
import { type Ceiling, ceilingOf } from './ceiling.js';
import { wasDown } from './downDays.js';
import { FastEventJudge } from './fastEvents.js';
import type { WellRecord } from './judgedWell.js';
import { type Measures, measure } from './measures.js';
import { readOracle } from './oracle.js';
import { type LabelledWell, readLabels } from './readLabels.js';
import { readSeries, wellOfFile } from './readSeries.js';

export interface EspEvaluationOptions {
  readonly data: string;
  readonly labels: string;
  readonly out?: string;
  readonly scorer: DayScorer;
  readonly warn: (line: string) => void;
  readonly progress?: (done: number, all: number) => void;
}

export interface EspEvaluation extends Measures {
  readonly scorer: string;
  /** Of an oracle that sees the true severity; null for wells that nobody simulated here. */
  readonly oracle: Ceiling | null;
  /** Rules for fast events; null without one-minute data. */
  readonly fastEvents: FastEventJudge['result'];
}

export const scoreHeader =
  'well,timestamp,risk7,risk7_lo,risk7_hi,risk30,risk30_lo,risk30_hi,mode,mode_p,alert,missing';

/** Wells are read, scored and let go one after the other. Throws NOT_FOUND and DATA_INVALID. */
export async function evaluateEsp(options: EspEvaluationOptions): Promise<EspEvaluation> {
  const { data, scorer, warn } = options;
  const labels = readLabels(readJson(options.labels));
  const files = wellFiles(data);
  const out = options.out === undefined ? null : createWriteStream(options.out);
  out?.write(`${scoreHeader}\n`);
  const records: WellRecord[] = [];
  const fast = new FastEventJudge();
  for (const [i, { well, path }] of files.entries()) {
    const label = labels.get(well);
    if (!label) warn(`${well}: not in the labels, scored but not judged`);
    const { series, warnings } = await readSeries(path, well, label?.equipment ?? readEquipment({}));
    for (const warning of [...warnings, ...series.equipment.problems]) warn(`${well}: ${warning}`);
    const scores = scorer.score(series);
    if (out)
      for (const score of scores) if (!out.write(`${scoreLine(well, score)}\n`)) await once(out, 'drain');
    if (label) fast.judge(series, label.truth);
    if (label && series.timesMs.length > 0) records.push(recordOf(well, label, series, scores));
    options.progress?.(i + 1, files.length);
  }
  for (const well of labels.keys())
    if (!files.some((file) => file.well === well)) warn(`${well}: in the labels, no file`);
  if (out) {
    out.end();
    await finished(out);
  }
  if (records.length === 0)
    throw new BalancinError('DATA_INVALID', `${data}: no well with rows is in the labels`);
  const measures = measure(records, scorer.threshold);
  const path = join(dirname(options.labels), 'oracle.json');
  const oracle = existsSync(path) ? readOracle(readJson(path)) : null;
  return {
    scorer: scorer.name,
    ...measures,
    oracle: oracle === null ? null : ceilingOf(oracle, records, measures.falseAlarmsPerWellMonth),
    fastEvents: fast.result,
  };
}

function recordOf(
  well: string,
  label: LabelledWell,
  series: Parameters<typeof wasDown>[0],
  scores: readonly DayScore[],
): WellRecord {
  return {
    well,
    scores,
    down: scores.map(({ timeMs }) => wasDown(series, timeMs)),
    truth: label.truth,
    fromMs: series.timesMs[0] as number,
    toMs: label.truth.observedToMs ?? (series.timesMs.at(-1) as number),
  };
}

export function scoreLine(well: string, s: DayScore): string {
  const risks = [s.risk7, s.risk7Low, s.risk7High, s.risk30, s.risk30Low, s.risk30High];
  return [
    well,
    new Date(s.timeMs).toISOString().replace('.000Z', 'Z'),
    ...risks.map((risk) => Number(risk.toFixed(6))),
    s.mode ?? '',
    Number(s.modeProbability.toFixed(4)),
    s.alert ? 1 : 0,
    s.missing.join(' '),
  ].join(',');
}

function wellFiles(folder: string): { readonly well: string; readonly path: string }[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `the folder ${folder} cannot be read`, { cause });
  }
  const files = names.flatMap((name) => {
    const well = wellOfFile(name);
    return well === null ? [] : [{ well, path: join(folder, name) }];
  });
  if (files.length === 0)
    throw new BalancinError('NOT_FOUND', `${folder} has no <well>.csv or <well>.csv.gz`);
  return files;
}

function readJson(path: string): unknown {
  let body: string;
  try {
    body = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `${path} cannot be read`, { cause });
  }
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new BalancinError('DATA_INVALID', `${path} is not JSON`, { cause });
  }
}
