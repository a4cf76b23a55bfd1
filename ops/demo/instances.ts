/** The recordings that the demo replays: each as a well of its own, its time moved so that the last sample is now. */
import { listThreeWFiles } from '#models/threew/listThreeWFiles.js';
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

const sites = ['norte', 'sur'] as const;
const dayDigits = { from: 4, to: 8 };

function wellName(file: string): string {
  const [well = 'WELL', stamp = ''] = (file.split('/').at(-1) ?? '').replace(/\.csv(\.gz)?$/, '').split('_');
  return `${well}-${stamp.length >= dayDigits.to ? stamp.slice(dayDigits.from, dayDigits.to) : stamp}`;
}

function stepsBack({ timesMs, rows }: ThreeWInstance): boolean {
  for (let i = 1; i < rows; i++) if ((timesMs[i] ?? 0) < (timesMs[i - 1] ?? 0)) return true;
  return false;
}

/** Throws NOT_FOUND where the folder holds no instance. */
export async function readDemoWells(dir: string): Promise<DemoWell[]> {
  const wells: DemoWell[] = [];
  for (const [n, file] of listThreeWFiles(dir).entries()) {
    const instance = await readThreeWFile(file.path);
    let samples = 0;
    for (const { values } of instance.columns)
      for (const value of values) if (!Number.isNaN(value)) samples++;
    wells.push({
      site: sites[n % sites.length] ?? sites[0],
      well: wellName(file.path),
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
