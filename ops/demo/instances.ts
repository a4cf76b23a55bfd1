/** The recordings that the demo replays: each as a well of its own, its time moved so that the last sample is now. */
import { basename } from 'node:path';
import { listThreeWFiles, type ThreeWFile } from '#models/threew/listThreeWFiles.js';
import { readThreeWFile, type ThreeWInstance } from '#models/threew/readThreeWFile.js';

export interface DemoWell {
  readonly site: string;
  /** Name of the recorded well with the day of the recording: the same well on another day is another one here. */
  readonly well: string;
  /** What the folder says: 0 normal operation, else the event. */
  readonly class: number;
  readonly instance: ThreeWInstance;
  readonly samples: number;
  /** The recording's clock steps back somewhere: what follows comes late, as it would from the site. */
  readonly clockStepsBack: boolean;
}

export interface DemoFile extends ThreeWFile {
  /** Name of the well that plays it; no two are alike. */
  readonly name: string;
}

/** Recordings played at most: each is held in memory while it is published. */
export const instancesMax = 48;

const sites = ['norte', 'sur'] as const;

/** `WELL-00001-0218` of `WELL-00001_20170218210311.csv.gz`; with the hour too where that name is taken; then numbered. */
function nameWell(file: string, taken: ReadonlySet<string>): string {
  const [well = 'WELL', stamp = ''] = basename(file)
    .replace(/\.csv(\.gz)?$/, '')
    .split('_');
  const [, day, time] = /^\d{4}(\d{4})(\d*)$/.exec(stamp) ?? [];
  const short = `${well}-${day ?? stamp}`;
  const long = time === undefined ? short : `${short}-${time}`;
  const free = [short, long].find((name) => !taken.has(name));
  if (free !== undefined) return free;
  for (let n = 2; ; n++) if (!taken.has(`${long}-${n}`)) return `${long}-${n}`;
}

/** The files of a folder to play, classes taking turns where there are more than `instancesMax`. NOT_FOUND where there is none. */
export function listDemoFiles(dir: string): { readonly files: readonly DemoFile[]; readonly found: number } {
  const found = listThreeWFiles(dir);
  const turn = new Map<ThreeWFile, number>();
  const seen = new Map<number, number>();
  for (const file of found) {
    const before = seen.get(file.class) ?? 0;
    seen.set(file.class, before + 1);
    turn.set(file, before);
  }
  const played = new Set(
    found.toSorted((a, b) => (turn.get(a) ?? 0) - (turn.get(b) ?? 0)).slice(0, instancesMax),
  );
  const taken = new Set<string>();
  const files: DemoFile[] = [];
  for (const file of found) {
    if (!played.has(file)) continue;
    const name = nameWell(file.path, taken);
    taken.add(name);
    files.push({ ...file, name });
  }
  return { files, found: found.length };
}

function stepsBack({ timesMs, rows }: ThreeWInstance): boolean {
  for (let i = 1; i < rows; i++) if ((timesMs[i] ?? 0) < (timesMs[i - 1] ?? 0)) return true;
  return false;
}

/** Throws DATA_INVALID, naming file and line. */
export async function readDemoWells(files: readonly DemoFile[]): Promise<DemoWell[]> {
  const wells: DemoWell[] = [];
  for (const [n, file] of files.entries()) {
    const instance = await readThreeWFile(file.path);
    let samples = 0;
    for (const { values } of instance.columns)
      for (const value of values) if (!Number.isNaN(value)) samples++;
    wells.push({
      site: sites[n % sites.length] ?? sites[0],
      well: file.name,
      class: file.class,
      instance,
      samples,
      clockStepsBack: stepsBack(instance),
    });
  }
  return wells;
}

/** What to add to an instance's times so that its last sample is at `nowMs`. */
export function shiftToNow(instance: ThreeWInstance, nowMs: number): number {
  return nowMs - (instance.timesMs[instance.rows - 1] ?? nowMs);
}
