/** One instance as a judge sees it: its windows, the baseline's score of each, its onset. */
import { datasetWell } from '../flow-autoencoder/featureRows.js';
import { createMovingZScore } from '../flow-autoencoder/movingZScore.js';
import type { ThreeWFile } from '../threew/listThreeWFiles.js';
import { readThreeWFile, type ThreeWInstance } from '../threew/readThreeWFile.js';
import { replayMinutes } from '../threew/replayMinutes.js';
import { type FlowWindow, flowWindowsOf, windowMs } from './flowWindows.js';

/** What the baseline watches. */
const judgedTags = ['well.tpt.p', 'well.tpt.t', 'well.choke.up.p', 'well.choke.down.t'];

export interface JudgedFile {
  readonly file: ThreeWFile;
  readonly windows: readonly FlowWindow[];
  /** Worst |z| of each window. */
  readonly zScores: readonly number[];
  /** Begin of the first event row, the file's own begin where it is of the event from there on; NaN without an event. */
  readonly eventMs: number;
  readonly days: number;
}

/** Simulated events begin at one row in every file: the start is cropped so that this many minutes of it are left. */
const minutesBefore: Readonly<Record<number, readonly [number, number]>> = { 2: [10, 50], 6: [10, 25] };

/** `random` crops simulated starts. */
export async function readJudgedFile(file: ThreeWFile, random: () => number): Promise<JudgedFile> {
  const instance = await readThreeWFile(file.path);
  const fromRow = cropOf(file, instance, random);
  const windows = flowWindowsOf(instance, fromRow);
  const z = createMovingZScore(judgedTags);
  const tagOf = (id: number) => instance.columns[id]?.tag ?? '';
  const tagId = (tag: string) => instance.columns.findIndex((c) => c.tag === tag);
  replayMinutes(instance, { well: datasetWell, lane: 'live', tagId, fromRow }, (batch) =>
    z.add(batch, tagOf),
  );
  const first = instance.classes.findIndex((c, i) => i >= fromRow && c > 0);
  return {
    file,
    windows,
    zScores: windows.map(({ startMs }) => z.worst(startMs, startMs + windowMs)),
    eventMs: first < 0 ? Number.NaN : (instance.timesMs[first] as number),
    days:
      ((instance.timesMs[instance.rows - 1] as number) - (instance.timesMs[fromRow] as number)) / 86_400_000,
  };
}

function cropOf(file: ThreeWFile, { classes, timesMs }: ThreeWInstance, random: () => number): number {
  const range = minutesBefore[file.class];
  const onset = classes.findIndex((c) => c > 0);
  if (file.real || range === undefined || onset <= 0) return 0;
  const fromMs = (timesMs[onset] as number) - 60_000 * (range[0] + random() * (range[1] - range[0]));
  return Math.max(
    0,
    timesMs.findIndex((ms) => ms >= fromMs),
  );
}
