/** What a card at the pump can say: conditions of the domain notes B4 that change its shape. */
import type { PumpCondition } from '../wave/pumpModel.js';

/**
 * Not among them: a leak of the tubing and a worn barrel (the card of a sound pump; a rate or a trend tells), and friction (on
 * one card a taller rectangle, as more fluid load is).
 */
export const downholeModes = [
  'normal',
  'fluid_pound',
  'gas_interference',
  'gas_lock',
  'travelling_valve_leak',
  'standing_valve_leak',
  'rod_part',
  'stuck_plunger',
  'tagging_bottom',
  'tagging_top',
  'unanchored_tubing',
] as const satisfies readonly PumpCondition[];
export type DownholeMode = (typeof downholeModes)[number];
