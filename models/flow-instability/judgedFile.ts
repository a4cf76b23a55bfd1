/** One instance as a judge of windows sees it: its windows, and the baseline's score of each. */
import { datasetWell } from '../flow-autoencoder/featureRows.js';
import { createMovingZScore } from '../flow-autoencoder/movingZScore.js';
import type { ThreeWInstance } from '../threew/readThreeWFile.js';
import { replayMinutes } from '../threew/replayMinutes.js';
import { type FlowWindow, flowWindowsOf, windowMs } from './flowWindows.js';

/** What the baseline watches. */
export const judgedTags = ['well.tpt.p', 'well.tpt.t', 'well.choke.up.p', 'well.choke.down.t'];

export interface JudgedWindow {
  readonly window: FlowWindow;
  /** The same without the hour before: the window alone. */
  readonly alone: FlowWindow;
  /** Worst |z| of the window. */
  readonly zScore: number;
}

export function judgeWindows(instance: ThreeWInstance): JudgedWindow[] {
  const z = createMovingZScore(judgedTags);
  const tagOf = (id: number) => instance.columns[id]?.tag ?? '';
  const tagId = (tag: string) => instance.columns.findIndex((c) => c.tag === tag);
  replayMinutes(instance, { well: datasetWell, lane: 'live', tagId }, (batch) => z.add(batch, tagOf));
  const alone = flowWindowsOf(instance, 0, windowMs / 60_000);
  return flowWindowsOf(instance).map((window, i) => ({
    window,
    alone: alone[i] as FlowWindow,
    zScore: z.worst(window.startMs, window.startMs + windowMs),
  }));
}
