/** What a card at the pump can say: conditions of the domain notes B4 that change its shape. */
import { pumpConditions } from '../wave/pumpModel.js';

/**
 * Not among them: a leak of the tubing and a worn barrel (the card of a sound pump; a rate or a trend tells), and friction (on
 * one card a taller rectangle, as more fluid load is).
 */
export const downholeModes = pumpConditions.filter((condition) => condition !== 'friction');
/** All but the card of a sound pump. */
export function isPumpFault(name: string): boolean {
  return name !== 'normal';
}

export type DownholeMode = (typeof downholeModes)[number];
