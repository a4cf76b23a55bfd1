/** Plays recordings through production's findings and alerts: the files of a real well joined in time order, others alone. */
import { AlertStream, type FindingMaker } from '../threew/alertStream.js';
import type { ThreeWFile } from '../threew/listThreeWFiles.js';
import { readThreeWFile, type ThreeWInstance } from '../threew/readThreeWFile.js';
import type { PlayedFile } from './judgeAlerts.js';

/** Simulated events begin at one row in every file: the start is cropped so that this many minutes of it are left. */
const minutesBefore: Readonly<Record<number, readonly [number, number]>> = { 2: [10, 50], 6: [10, 25] };

/** The first row to play; `random` crops simulated starts. */
export function cropOf(file: ThreeWFile, { classes, timesMs }: ThreeWInstance, random: () => number): number {
  const range = minutesBefore[file.class];
  const onset = classes.findIndex((c) => c > 0);
  if (file.real || range === undefined || onset <= 0) return 0;
  const fromMs = (timesMs[onset] as number) - 60_000 * (range[0] + random() * (range[1] - range[0]));
  return Math.max(
    0,
    timesMs.findIndex((ms) => ms >= fromMs),
  );
}

export interface Recording {
  readonly file: ThreeWFile;
  /** First row to play. */
  readonly fromRow: number;
  /** Its first sample, Unix ms: orders the files of a well. */
  readonly startMs: number;
}

/** Every contestant sees the same rows. */
export async function playWells(
  recordings: readonly Recording[],
  contestants: readonly FindingMaker[],
): Promise<PlayedFile[][]> {
  const played: PlayedFile[][] = contestants.map(() => []);
  for (const stream of streamsOf(recordings)) {
    const streams = contestants.map((findings) => new AlertStream(findings));
    for (const { file, fromRow } of stream) {
      const instance = await readThreeWFile(file.path);
      streams.forEach((alerts, c) => {
        alerts.play(instance, fromRow);
        (played[c] as PlayedFile[]).push({ ...describe(file, instance, fromRow), spans: alerts.spans });
      });
    }
  }
  return played;
}

function streamsOf(recordings: readonly Recording[]): (readonly Recording[])[] {
  const wells = new Set(recordings.filter(({ file }) => file.real).map(({ file }) => file.well));
  const real = [...wells].map((well) =>
    recordings
      .filter(({ file }) => file.real && file.well === well)
      .sort((a, b) => a.startMs - b.startMs || (a.file.path < b.file.path ? -1 : 1)),
  );
  return [...real, ...recordings.filter(({ file }) => !file.real).map((one) => [one])];
}

function describe(
  file: ThreeWFile,
  { classes, timesMs, rows }: ThreeWInstance,
  fromRow: number,
): Omit<PlayedFile, 'spans'> {
  const normal: { fromMs: number; toMs: number }[] = [];
  let from = -1;
  for (let i = fromRow; i <= rows; i++) {
    const isNormal = i < rows && classes[i] === 0;
    if (isNormal && from < 0) from = i;
    if (isNormal || from < 0) continue;
    normal.push({ fromMs: timesMs[from] as number, toMs: timesMs[i - 1] as number });
    from = -1;
  }
  const first = classes.findIndex((c, i) => i >= fromRow && c > 0);
  return {
    file: file.path,
    well: file.well,
    real: file.real,
    class: file.class,
    startMs: timesMs[fromRow] as number,
    endMs: timesMs[rows - 1] as number,
    eventMs: first < 0 ? Number.NaN : (timesMs[first] as number),
    normal,
  };
}
