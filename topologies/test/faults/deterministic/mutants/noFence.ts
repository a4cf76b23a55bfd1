/** Whoever commits last wins: `advance` asks neither for the claim nor for the offsets. */
import type { Mutation } from '../mutation.js';
import { changeFunction } from './changeFunction.js';

export const noFence: Mutation = {
  name: 'no fence',
  database: async (pool) =>
    await changeFunction(pool, 'advance', { place: /AND t\.epoch = c\.epoch.*?(?=RETURNING)/s, by: '' }),
};
