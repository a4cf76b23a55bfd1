/** Pressure as head of liquid, head as power: the arithmetic of a pump. */

const gravity = 9.80665;
/** What specific gravity is measured against: fresh water at 60 °F. */
const waterKgM3 = 999;

export function headM(pressureKpa: number, densityKgM3: number): number {
  return (pressureKpa * 1000) / (densityKgM3 * gravity);
}

export function pressureKpa(headM: number, densityKgM3: number): number {
  return (headM * densityKgM3 * gravity) / 1000;
}

/** Total dynamic head: what the whole pump must lift between intake and discharge gauge. */
export function totalHeadM(gauge: {
  readonly intakeKpa: number;
  readonly dischargeKpa: number;
  readonly densityKgM3: number;
}): number {
  return headM(gauge.dischargeKpa - gauge.intakeKpa, gauge.densityKgM3);
}

/** Power at the shaft: ρ g Q H / η (in oilfield units q·H·SG/(135 770·η) hp). */
export function brakePowerKw(at: {
  readonly rateM3D: number;
  readonly headM: number;
  readonly specificGravity: number;
  readonly efficiency: number;
}): number {
  const weightN = at.specificGravity * waterKgM3 * gravity;
  return ((at.rateM3D / 86_400) * at.headM * weightN) / (1000 * at.efficiency);
}
