/** An ESP's motor: current by load, heat by load and cooling. */

export interface MotorRating {
  readonly kw: number;
  readonly volts: number;
  readonly amps: number;
  /** Current without load over nameplate current, .3–.4. */
  readonly idleShare: number;
}

/** Load is shaft power over nameplate power at that frequency (nameplate power goes with the frequency). */
export function motorLoad(rating: MotorRating, shaftKw: number, frequencyHz: number): number {
  return shaftKw / ((rating.kw * frequencyHz) / 60);
}

/** I = I_np (i0 + (1 − i0) load V_np/V), with V_np at that frequency: drives hold V/f. */
export function motorAmps(rating: MotorRating, load: number, voltageRatio: number): number {
  return rating.amps * (rating.idleShare + ((1 - rating.idleShare) * load) / voltageRatio);
}

/** √3 V I PF, kW. */
export function electricKw(volts: number, amps: number, powerFactor: number): number {
  return (Math.sqrt(3) * volts * amps * powerFactor) / 1000;
}

/** Steady rise of the winding over the liquid, °C: with the square of the load, less with faster flow past the motor. */
export function motorRiseC(at: {
  readonly nameplateRiseC: number;
  readonly load: number;
  readonly speedMS: number;
  readonly referenceMS: number;
}): number {
  // Still liquid cools too: below an eighth of the speed of reference what is left is convection by heat alone.
  const speed = Math.max(at.speedMS, 0.02, at.referenceMS / 8);
  return at.nameplateRiseC * at.load * at.load * (at.referenceMS / speed) ** 0.6;
}
