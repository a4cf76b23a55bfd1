/** The minutes of wells that a shadow runs on, in batches of their own. */
import type { WellRef } from '#schemas/records/wellRef.js';
import { allocateWindowBatch, type WindowBatch } from '#schemas/records/windowAggregate.js';
import type { Emit, Operator } from '#pipelines/operator.js';
import { isShadowed, type ShadowSettings } from './shadowSettings.js';

/** Live minutes alone: what is compared is what people are told. */
export function createShadowMinutes(
  settings: ShadowSettings | null | undefined,
): Operator<WindowBatch, WindowBatch> {
  const wanted = new WeakMap<WellRef, boolean>();
  let picked = allocateWindowBatch(0);
  const isWanted = (well: WellRef): boolean => {
    const known = wanted.get(well);
    if (known !== undefined) return known;
    const is = isShadowed(settings, well);
    wanted.set(well, is);
    return is;
  };
  return {
    name: 'shadow-minutes',
    process(batch: WindowBatch, emit: Emit<WindowBatch>): void {
      if (settings === null || settings === undefined) return;
      if (batch.length > picked.startMs.length) picked = allocateWindowBatch(batch.length);
      picked.length = 0;
      for (let i = 0; i < batch.length; i++)
        if (batch.lanes[i] === 'live' && isWanted(batch.wells[i] as WellRef)) take(batch, i, picked);
      if (picked.length > 0) emit(picked);
    },
  };
}

function take(from: WindowBatch, i: number, to: WindowBatch): void {
  const n = to.length++;
  to.wells[n] = from.wells[i] as WellRef;
  to.lanes[n] = 'live';
  for (const column of numbers) to[column][n] = from[column][i] as number;
}

const numbers = [
  'tagIds',
  'startMs',
  'counts',
  'goods',
  'flags',
  'sums',
  'sumSquares',
  'mins',
  'maxs',
  'firsts',
  'lasts',
  'firstMs',
  'lastMs',
  'late',
  'service',
] as const;
