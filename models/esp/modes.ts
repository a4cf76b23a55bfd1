/** The ways in which an ESP ends in a pull, beside the events that pass without one: closed lists. */

export const failureModes = [
  'broken_shaft',
  'motor_burnout',
  'insulation_cable',
  'worn_stage',
  'plugged_intake',
  'scale_in_pump',
  'tubing_leak',
  'sand',
] as const;

/** Only these enter the risk. */
export type FailureMode = (typeof failureModes)[number];

/** Minutes long, no pull: judged by recall and delay. */
export const operatingEvents = [
  'gas_interference',
  'gas_lock',
  'pump_off',
  'closed_choke',
  'plugged_flowline',
  'dead_head',
  'reverse_rotation',
  'power',
  'overheating',
  'unknown',
] as const;

export function isFailureMode(name: string): name is FailureMode {
  return (failureModes as readonly string[]).includes(name);
}

export type OperatingEvent = (typeof operatingEvents)[number];

export function isOperatingEvent(name: string): name is OperatingEvent {
  return (operatingEvents as readonly string[]).includes(name);
}
