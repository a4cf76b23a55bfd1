/** `balancin evaluate flow-autoencoder`: the net and its baselines on wells it never saw, by one alert rule. */
import type { Backend } from '../serving/backend.js';
import { loadWasm } from '../serving/backend.js';
import { loadArtifact } from '../serving/loadArtifact.js';
import { BalancinError } from '#schemas/errors.js';
import { listThreeWFiles, type ThreeWFile } from '../threew/listThreeWFiles.js';
import { readThreeWFile, type ThreeWInstance } from '../threew/readThreeWFile.js';
import { alertsOf } from './alertRule.js';
import { chooseThreshold } from './chooseThreshold.js';
import { contestOf, netScores, sizeScores } from './contestants.js';
import { flowFeatureSpec } from './featureSpec.js';
import { zScoreThreshold } from './movingZScore.js';
import { seededRandom } from './random.js';
import { createRowScorer } from './rowScorer.js';
import { falseAlarmsPerWellDay } from './split.js';

export interface EvaluateOptions {
  /** Folder that holds 3W as `<class>/*.csv[.gz]`; files of wells the artifact was trained on are left out. */
  readonly data: string;
  readonly folder?: URL | string;
  readonly backend?: Backend;
  /** For the crops of simulated files. */
  readonly seed?: number;
  /** Progress; the table is `evaluationLines` of the result. */
  readonly log?: (line: string) => void;
}

export interface ClassResult {
  readonly class: number;
  readonly real: boolean;
  /** Files, or crops of simulated files with an onset. */
  readonly events: number;
  readonly detected: number;
  /** From onset to alert, minutes; null where the files have no onset or nothing was detected. */
  readonly delayMedianMinutes: number | null;
}

export interface ContestantResult {
  readonly name: string;
  readonly threshold: number;
  readonly falseAlarms: number;
  readonly falseAlarmsPerWellDay: number;
  readonly classes: readonly ClassResult[];
}

export interface Evaluation {
  readonly version: string;
  readonly judgedOn: readonly string[];
  readonly leftOutFiles: number;
  readonly normalWellDays: number;
  /** At the thresholds the artifact carries: what an operator would have seen. */
  readonly contestants: readonly ContestantResult[];
  /**
   * Each at the threshold that gives `falseAlarmsPerWellDay` on these very wells: no operator could have known it, but it
   * puts all at the same false-alarm rate. Empty where there is no normal operation.
   */
  readonly atFixedRate: readonly ContestantResult[];
}

/** Simulated events begin at the same row in every file: the start is cropped so that this many minutes are left. */
const minutesBefore: Readonly<Record<number, readonly [number, number]>> = { 2: [10, 50], 6: [10, 25] };
const cropsPerFile = 5;

interface Trial {
  readonly file: ThreeWFile;
  readonly onsetMs: number | null;
  readonly days: number;
  readonly endMs: Float64Array;
  /** One array a contestant, a score a row. */
  readonly scores: readonly Float32Array[];
}

/**
 * An event is detected when an alert opens in its rows; an alert that opens in rows labelled normal is a false alarm (of
 * class-0 files they make the rate). Fails with NOT_FOUND where no file of another well is there.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const log = options.log ?? (() => {});
  const backend = options.backend ?? (await loadWasm());
  const folder = options.folder ?? import.meta.resolve('#models/flow-autoencoder/artifact');
  const spec = flowFeatureSpec;
  const { manifest, model } = await loadArtifact({ folder, spec, backend });
  const scaling = {
    centre: Float32Array.from(manifest.fitted['centre'] ?? []),
    spread: Float32Array.from(manifest.fitted['spread'] ?? []),
  };
  const scorer = createRowScorer({ backend, spec, model, scaling, unit: manifest.fitted['unit']?.[0] ?? 1 });
  const rules = [
    { name: manifest.model, threshold: manifest.threshold },
    { name: 'feature size (no net)', threshold: manifest.metrics['sizeThreshold'] ?? Number.NaN },
    {
      name: 'moving z-score, same false-alarm rate',
      threshold: manifest.metrics['zScoreThreshold'] ?? Number.NaN,
    },
    { name: `moving z-score, ${zScoreThreshold} sigma`, threshold: zScoreThreshold },
  ];

  const listed = listThreeWFiles(options.data);
  const files = listed.filter((f) => !manifest.trainingData.trainedOn.includes(f.well));
  if (files.length === 0)
    throw new BalancinError(
      'NOT_FOUND',
      `${options.data} holds only wells that ${manifest.model} was trained on`,
    );
  const random = seededRandom(options.seed ?? 1);
  const trials: Trial[] = [];
  log(
    `${files.length} files of ${new Set(files.map((f) => f.well)).size} wells, ${listed.length - files.length} of training wells left out`,
  );
  for (const file of files) {
    const instance = await readThreeWFile(file.path);
    for (const fromRow of cropsOf(file, instance, random)) {
      const contest = contestOf(instance, spec, fromRow);
      const { rows, zScores } = contest;
      trials.push({
        file,
        onsetMs: onsetOf(instance, fromRow),
        days: daysOf(instance),
        endMs: rows.endMs,
        scores: [netScores(scorer, rows), sizeScores(spec, scaling, rows), zScores, zScores],
      });
    }
  }
  model.dispose();
  const normal = trials.filter((t) => t.file.class === 0);
  const fixed = rules.slice(0, 3).map(({ name }, c) => ({
    name,
    threshold: chooseThreshold(
      normal.map((t) => ({ endMs: t.endMs, days: t.days, scores: t.scores[c] ?? [] })),
      falseAlarmsPerWellDay,
    ),
  }));
  return {
    version: manifest.version,
    judgedOn: [...new Set(files.map((f) => f.well))].sort(),
    leftOutFiles: listed.length - files.length,
    normalWellDays: normal.reduce((sum, t) => sum + t.days, 0),
    contestants: rules.map((rule, c) => resultOf(rule, trials, c)),
    atFixedRate: normal.length === 0 ? [] : fixed.map((rule, c) => resultOf(rule, trials, c)),
  };
}

/** The table as `balancin evaluate` prints it. */
export function evaluationLines(e: Evaluation): string[] {
  const classes = e.contestants[0]?.classes ?? [];
  const lines = [
    `flow-autoencoder ${e.version} on wells it was not trained on: ${e.judgedOn.join(', ')}`,
    `${e.normalWellDays.toFixed(2)} well-days of normal operation; ${e.leftOutFiles} files of training wells left out`,
    ['detector', 'threshold', 'false alarms', 'a well-day', ...classes.map(classTitle)].join(' | '),
    ...e.contestants.map(contestantLine),
  ];
  if (e.atFixedRate.length > 0)
    lines.push(
      `thresholds moved to ${falseAlarmsPerWellDay} false alarm a well-day on these wells, to compare at one rate:`,
      ...e.atFixedRate.map((c) => contestantLine({ ...c, name: c.name.split(',')[0] ?? c.name })),
    );
  return lines;
}

function contestantLine(c: ContestantResult): string {
  return [
    c.name,
    c.threshold.toFixed(2),
    String(c.falseAlarms),
    c.falseAlarmsPerWellDay.toFixed(2),
    ...c.classes.map((k) => {
      const delay = k.delayMedianMinutes === null ? '' : `, ${k.delayMedianMinutes.toFixed(0)} min`;
      return `${k.detected}/${k.events} (${((100 * k.detected) / k.events).toFixed(0)} %${delay})`;
    }),
  ].join(' | ');
}

function classTitle(c: ClassResult): string {
  return `class ${c.class} ${c.real ? 'real' : 'simulated'}`;
}

/** Rows to start from: one a file as it is, or several random crops where a simulated file has an onset. */
function cropsOf(file: ThreeWFile, instance: ThreeWInstance, random: () => number): number[] {
  const range = minutesBefore[file.class];
  const onset = instance.classes.findIndex((c) => c > 0);
  if (file.real || !range || onset <= 0) return [0];
  return Array.from({ length: cropsPerFile }, () => {
    const minutes = range[0] + random() * (range[1] - range[0]);
    const fromMs = (instance.timesMs[onset] as number) - minutes * 60_000;
    return Math.max(
      0,
      instance.timesMs.findIndex((ms) => ms >= fromMs),
    );
  });
}

/** First event row; null where the file is of the event from its first row on (then it has no onset). */
function onsetOf(instance: ThreeWInstance, fromRow: number): number | null {
  const onset = instance.classes.findIndex((c, i) => i >= fromRow && c > 0);
  return onset <= fromRow ? null : (instance.timesMs[onset] as number);
}

function daysOf(instance: ThreeWInstance): number {
  return ((instance.timesMs.at(-1) ?? 0) - (instance.timesMs[0] ?? 0)) / 86_400_000;
}

function resultOf(
  rule: { readonly name: string; readonly threshold: number },
  trials: readonly Trial[],
  contestant: number,
): ContestantResult {
  const alertsIn = (t: Trial) => alertsOf(t.endMs, t.scores[contestant] ?? [], rule.threshold);
  const normal = trials.filter((t) => t.file.class === 0);
  const normalDays = normal.reduce((sum, t) => sum + t.days, 0);
  const falseAlarms = normal.reduce((sum, t) => sum + alertsIn(t).length, 0);
  const kinds = new Map(
    trials.filter((t) => t.file.class > 0).map((t) => [`${t.file.class} ${t.file.real}`, t.file]),
  );
  const classes = [...kinds.values()].map(({ class: event, real }): ClassResult => {
    const mine = trials.filter((t) => t.file.class === event && t.file.real === real);
    const delays = mine.map((t) => {
      const first = alertsIn(t).find((at) => t.onsetMs === null || at > t.onsetMs);
      return first === undefined ? undefined : t.onsetMs === null ? Number.NaN : (first - t.onsetMs) / 60_000;
    });
    const found = delays.filter((d) => d !== undefined);
    const timed = found.filter((d) => !Number.isNaN(d)).sort((a, b) => a - b);
    return {
      class: event,
      real,
      events: mine.length,
      detected: found.length,
      delayMedianMinutes: timed[timed.length >> 1] ?? null,
    };
  });
  return {
    name: rule.name,
    threshold: rule.threshold,
    falseAlarms,
    falseAlarmsPerWellDay: normalDays > 0 ? falseAlarms / normalDays : Number.NaN,
    classes,
  };
}
