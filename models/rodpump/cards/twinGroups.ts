/** Finds near-twins among cards, so that both sides of a split never hold the same stroke. */
import { resampleLoop } from '../wave/resampleLoop.js';
import type { CardCurve } from './readCardsFile.js';

/** rms of position / 10 m and load / 50 kN over resampled cards, below which two are twins (data notes). */
const twinRms = 0.014;
const points = 100;

/** Places of the twins of each card. */
export function twinsOf(cards: readonly CardCurve[]): number[][] {
  const width = 2 * points;
  const rows = new Float64Array(cards.length * width);
  const loop = new Float64Array(points);
  for (const [i, card] of cards.entries()) {
    resampleLoop(card.positionM, card.positionM.length, loop, points);
    for (let j = 0; j < points; j++) rows[i * width + j] = (loop[j] as number) / 10;
    resampleLoop(card.loadKn, card.loadKn.length, loop, points);
    for (let j = 0; j < points; j++) rows[i * width + points + j] = (loop[j] as number) / 50;
  }
  const limit = twinRms * twinRms * width;
  const twins: number[][] = cards.map(() => []);
  for (let a = 0; a < cards.length; a++)
    for (let b = a + 1; b < cards.length; b++) {
      let sum = 0;
      for (let j = 0; j < width && sum < limit; j++) {
        const d = (rows[a * width + j] as number) - (rows[b * width + j] as number);
        sum += d * d;
      }
      if (!(sum < limit)) continue;
      twins[a]?.push(b);
      twins[b]?.push(a);
    }
  return twins;
}

/** A number a card, equal for twins and for twins of twins. */
export function twinGroups(twins: readonly (readonly number[])[]): Int32Array {
  const group = new Int32Array(twins.length).fill(-1);
  for (let first = 0; first < twins.length; first++) {
    if (group[first] !== -1) continue;
    const open = [first];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (group[at] !== -1) continue;
      group[at] = first;
      open.push(...(twins[at] ?? []));
    }
  }
  return group;
}
