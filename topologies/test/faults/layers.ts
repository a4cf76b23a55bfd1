/** The layers by their numbers; each is loaded when it is run. */
import type { Layer } from './layer.js';

export const layers: Readonly<Record<string, () => Promise<Layer>>> = {
  1: async () => (await import('./deterministic/deterministicLayer.js')).deterministicLayer,
};
