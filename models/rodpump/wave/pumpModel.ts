/** What a pump does to the rods in each condition: the load it can hold at a place and speed of the plunger. */

/** Conditions of a downhole card, domain notes B4. */
export const pumpConditions = [
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
  'friction',
] as const;
export type PumpCondition = (typeof pumpConditions)[number];

export interface PumpModel {
  readonly condition: PumpCondition;
  /** Load of the fluid on a sound pump, N. */
  readonly fluidLoadN: number;
  /** Expected stroke of the plunger, m: where in its stroke the plunger is. */
  readonly strokeM: number;
  /** 0–1: how far it is off. Fillage is 1 − severity; of a leak the share of the plunger's greatest speed that it takes. */
  readonly severity: number;
  /** Greatest speed of the plunger, m/s, for what leaks. */
  readonly speedMS: number;
  /** Dry friction, N. */
  readonly frictionN: number;
}

export interface Bounds {
  /** Load while the plunger goes down, N. */
  low: number;
  /** Load while it goes up, N. */
  high: number;
}

/** Ratio of discharge to intake pressure for gas that is compressed; exponent of its compression [M]. */
const gasRatio = 6;
const gasExponent = 1.2;
/** Stiffness of what is tagged, N/m [M]. */
const tagNM = 6e5;

/** `share` of the stroke from the bottom, 0–1; `speedMS` positive up. Fills `out`. */
export function boundsAt(pump: PumpModel, share: number, speedMS: number, out: Bounds): void {
  const { fluidLoadN: f, severity } = pump;
  out.low = 0;
  out.high = f;
  switch (pump.condition) {
    case 'normal':
    case 'unanchored_tubing':
    case 'friction':
      break;
    case 'fluid_pound':
      // The space over the liquid is almost empty: the load stays until the plunger meets the liquid.
      out.low = f * clamp01((share - (1 - severity)) / 0.03);
      break;
    case 'gas_interference':
    case 'gas_lock': {
      const gas = pump.condition === 'gas_lock' ? 0.97 : severity;
      // Clearance keeps some gas at the bottom, which first expands on the way up.
      const clearance = 0.04 + 0.1 * gas;
      const room = Math.max(1e-3, share - (1 - gas) + clearance);
      const pressure = ((gas + clearance) / room) ** gasExponent;
      out.low = share > 1 - gas ? f * clamp01(1 - (pressure - 1) / (gasRatio - 1)) : 0;
      // A plunger that goes deeper than in its last stroke finds the gas as dense as it was there.
      const expanded = (clearance / (clearance + Math.max(0, share))) ** gasExponent * gasRatio;
      out.high = f * clamp01(1 - (expanded - 1) / (gasRatio - 1));
      if (pump.condition === 'gas_lock') {
        // Neither valve opens: one curve of compression for both ways.
        const both = f * clamp01(0.35 + 0.4 * (share - 0.5));
        out.low = both * 0.97;
        out.high = both * 1.03;
      } else out.high = Math.max(out.high, out.low);
      break;
    }
    case 'travelling_valve_leak':
      // Load builds only as far as the plunger outruns the leak.
      out.high = f * clamp01(1 - (severity * pump.speedMS) / Math.max(1e-6, speedMS)) ** 0.5;
      break;
    case 'standing_valve_leak':
      out.low = f * (1 - clamp01(1 - (severity * pump.speedMS) / Math.max(1e-6, -speedMS)) ** 0.5);
      break;
    case 'rod_part':
      out.high = 0;
      break;
    case 'stuck_plunger':
      out.low = Number.NEGATIVE_INFINITY;
      out.high = Number.POSITIVE_INFINITY;
      break;
    case 'tagging_bottom': {
      const hit = Math.max(0, severity * 0.12 - share) * pump.strokeM * tagNM;
      out.low -= hit;
      out.high -= hit;
      break;
    }
    case 'tagging_top': {
      const hit = Math.max(0, share - (1 - severity * 0.12)) * pump.strokeM * tagNM;
      out.low += hit;
      out.high += hit;
      break;
    }
  }
  out.low -= pump.frictionN;
  out.high += pump.frictionN;
}

function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
