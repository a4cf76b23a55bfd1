/** Finds near-twins among cards, so that both sides of a split never hold the same stroke. */
import { resampleLoop } from '../wave/resampleLoop.js';
import type { LabelledCard } from './readCardsFile.js';

/** rms of position / 10 m and load / 50 kN over resampled cards, below which two are twins (data notes). */
const twinRms = 0.014;
const points = 100;

/** A number a card, equal for twins and for twins of twins. */
export function twinGroups(cards: readonly LabelledCard[]): Int32Array {
  const width = 2 * points;
  const rows = new Float64Array(cards.length * width);
  const loop = new Float64Array(points);
  for (const [i, card] of cards.entries()) {
    resampleLoop(card.positionM, card.positionM.length, loop, points);
    for (let j = 0; j < points; j++) rows[i * width + j] = (loop[j] as number) / 10;
    resampleLoop(card.loadKn, card.loadKn.length, loop, points);
    for (let j = 0; j < points; j++) rows[i * width + points + j] = (loop[j] as number) / 50;
  }
  const group = Int32Array.from(cards, (_, i) => i);
  const rootOf = (i: number): number => {
    let at = i;
    while (group[at] !== at) at = group[at] as number;
    return at;
  };
  const limit = twinRms * twinRms * width;
  for (let a = 0; a < cards.length; a++) {
    for (let b = a + 1; b < cards.length; b++) {
      let sum = 0;
      for (let j = 0; j < width && sum < limit; j++) {
        const d = (rows[a * width + j] as number) - (rows[b * width + j] as number);
        sum += d * d;
      }
      if (sum < limit) group[rootOf(b)] = rootOf(a);
    }
  }
  return group.map((_, i) => rootOf(i));
}
