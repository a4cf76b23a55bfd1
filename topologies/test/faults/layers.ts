/** The layers by their numbers; each is loaded when it is run. */
import type { Layer } from './layer.js';

export const layers: Readonly<Record<string, () => Promise<Layer>>> = {
  1: async () => (await import('./deterministic/deterministicLayer.js')).deterministicLayer,
  2: async () => (await import('./wire/wireLayer.js')).wireLayer,
  3: async () => (await import('./real/realLayer.js')).realLayer,
};
