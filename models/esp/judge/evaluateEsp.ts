/** Judges a scorer on files of wells and their labels; the labels' failures never reach the scorer. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import type { DayScore, DayScorer } from '../dayScore.js';
import { readEquipment } from '../equipment.js';
import { type Ceiling, ceilingOf } from './ceiling.js';
import { wasDown } from './downDays.js';
import { evidencedScore, isOfNothing, missingEquipment } from './evidencedScore.js';
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
  /** Files that could not be read: told, and left out. */
  readonly filesRefused: number;
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
  const files = wellFiles(data, options.out);
  const out = options.out === undefined ? null : openRows(options.out);
  out?.write([scoreHeader]);
  const records: WellRecord[] = [];
  const fast = new FastEventJudge();
  let filesRefused = 0;
  for (const [i, { well, path }] of files.entries()) {
    const label = labels.get(well);
    if (!label) warn(`${well}: not in the labels, scored but not judged`);
    const read = await readSeries(path, well, label?.equipment ?? readEquipment({})).catch(
      (error: unknown) => {
        if (!(error instanceof BalancinError)) throw error;
        warn(`${well}: left out: ${error.message}`);
        return null;
      },
    );
    if (read === null) {
      filesRefused++;
      continue;
    }
    const { series, warnings } = read;
    for (const warning of [...warnings, ...series.equipment.problems]) warn(`${well}: ${warning}`);
    const scores = scorer.score(series).map(evidencedScore);
    const lacking = missingEquipment(series.equipment);
    out?.write(scores.map((score) => scoreLine(well, score, lacking)));
    if (label) fast.judge(series, label.truth);
    if (label && series.timesMs.length > 0) records.push(recordOf(well, label, series, scores));
    options.progress?.(i + 1, files.length);
  }
  for (const well of labels.keys())
    if (!files.some((file) => file.well === well)) warn(`${well}: in the labels, no file`);
  out?.close();
  if (records.length === 0)
    throw new BalancinError('DATA_INVALID', `${data}: no well with rows is in the labels`);
  const measures = measure(records, scorer.threshold);
  const path = join(dirname(options.labels), 'oracle.json');
  const oracle = existsSync(path) ? readOracle(readJson(path)) : null;
  return {
    scorer: scorer.name,
    filesRefused,
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

/** Without a signal of the last day there is no risk to tell: its cells are blank. */
export function scoreLine(well: string, s: DayScore, lacking: readonly string[] = []): string {
  const risks = [s.risk7, s.risk7Low, s.risk7High, s.risk30, s.risk30Low, s.risk30High];
  return [
    well,
    new Date(s.timeMs).toISOString().replace('.000Z', 'Z'),
    ...risks.map((risk) => (isOfNothing(s) ? '' : Number(risk.toFixed(6)))),
    s.mode ?? '',
    s.mode === null ? '' : Number(s.modeProbability.toFixed(4)),
    s.alert ? 1 : 0,
    [...s.missing, ...lacking].join(' '),
  ].join(',');
}

interface RowsFile {
  write(lines: readonly string[]): void;
  close(): void;
}

/** Throws NOT_FOUND where it cannot be opened or written. */
function openRows(path: string): RowsFile {
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new BalancinError('NOT_FOUND', `${path} cannot be written: ${why}`, { cause });
    }
  };
  const file = attempt(() => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'w');
  });
  return {
    write(lines) {
      attempt(() => writeSync(file, lines.map((line) => `${line}\n`).join('')));
    },
    close() {
      closeSync(file);
    },
  };
}

/** `out` is none of them, though it may stand in the same folder from an earlier run. */
function wellFiles(
  folder: string,
  out: string | undefined,
): { readonly well: string; readonly path: string }[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `the folder ${folder} cannot be read`, { cause });
  }
  const files = names.flatMap((name) => {
    const well = wellOfFile(name);
    const isOut = out !== undefined && resolve(out) === resolve(folder, name);
    return well === null || isOut ? [] : [{ well, path: join(folder, name) }];
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
