/** Where the rules for fast events begin, as shares of the well's own recent normal; each may be overridden for a well. */

/**
 * Directions and orders of magnitude are those of domain.md B2 (mode against signal); the figures are engineering defaults,
 * wide enough for gauge noise, to be set by well.
 */
export const ruleLimitDefaults = {
  /** No-load current, as steady as before; the gain dies away as the tubing drains back. */
  shaftGainMost: 0.95,
  shaftAmpsMost: 0.72,
  /** Scatter of the low current, in usual scatters: above it gas is in the stages and the shaft still works. */
  shaftScatterMost: 2,
  /**
   * Power of a motor that turns nothing but itself, over usual; below so many times the current's share power tells of the
   * load (the power factor is in it), and a motor above the first turns something.
   */
  idlePowerMost: 0.18,
  idlePowerTells: 0.8,
  idleAmpsMost: 0.56,
  idleAmpsSurely: 0.49,
  /** Usual scatter of the current, above which it tells nothing. */
  scatterTellsMost: 0.012,
  /** Where no discharge pressure tells: rate, or wellhead and intake, over usual. */
  goneRateMost: 0.4,
  goneWellheadMost: 0.93,
  goneIntakeLeast: 0.93,
  /** Gas fills the stages: gain is gone at once, the current low and restless. */
  lockGainMost: 0.82,
  lockAmpsMost: 0.86,
  /** Scatter of the current within ten minutes over its usual. */
  gasScatterLeast: 2.2,
  gasScatterShareLeast: 0.02,
  gasGainMost: 0.993,
  gasIntakeLeast: 1.015,
  /** Intake pressure: absolute, kPa, or as a share of usual. */
  pumpOffKpaMost: 300,
  pumpOffShareMost: 0.65,
  pumpOffAmpsMost: 0.97,
  /** Minutes in which a started pump draws its annulus down. */
  drawnDownMinutes: 1440,
  /** Before that an intake that falls below usual, at more gain: minutes since the start, at that speed, without event. */
  drawStartMinutes: 600,
  drawSpeedMinutes: 60,
  drawQuietMinutes: 240,
  drawIntakeMost: 0.95,
  drawSettledMost: 0.95,
  drawWellheadMost: 1.05,
  drawAmpsMost: 1.05,
  drawGainLeast: 1.015,
  /** Share of usual lost in ten minutes: at once, or where nothing has filled the annulus for so many minutes. */
  drawFallFast: 0.035,
  drawFallLeast: 0.012,
  drawSlowMinutes: 1800,
  /** Where no discharge pressure tells. */
  drawBlindAmpsMost: 0.985,
  drawBlindIntakeMost: 0.88,
  chokeHeadRiseLeast: 1.2,
  chokeGainLeast: 0.98,
  chokeRateMost: 1.1,
  flowlineRiseLeast: 1.2,
  /** Surface rate or what the current tells of it: nothing flows. */
  deadHeadRateMost: 0.08,
  deadHeadGainLeast: 1.04,
  /** Without flow past it the motor heats within minutes: its rise over intake, as a share of usual. */
  deadHeadRiseLeast: 1.5,
  reverseGainLow: 0.2,
  reverseGainHigh: 0.88,
  reverseDischargeMost: 0.88,
  reverseWellheadMost: 0.93,
  reverseAmpsLeast: 0.6,
  reverseIntakeLeast: 1.05,
  reverseBlindAmpsLeast: 0.8,
  /** Minutes after a start in which a wrong turn is looked for, and those in which a start still settles. */
  reverseFromMinutes: 3,
  startMinutes: 60,
  lockStartMinutes: 15,
  startSettleMinutes: 6,
  sagShare: 0.94,
  sagAmpsLeast: 0.92,
  /** A smaller sag counts where the current rises for it. */
  sagWithAmpsShare: 0.96,
  sagAmpsRiseLeast: 1.01,
  /** Where no voltage is measured: current over usual, power for it, minutes at that speed. */
  unmeteredSagAmpsLeast: 1.03,
  unmeteredSagPowerMost: 0.985,
  sagSpeedMinutes: 30,
  /** What a pump may vary and still lift as before, as shares of usual. */
  steadyGainMost: 0.03,
  steadyIntakeMost: 0.05,
  steadyWellheadMost: 0.1,
  /** Over usual, as a mean of some minutes. */
  phaseImbalanceLeast: 0.03,
  motorCMost: 150,
  /** Some wells are that hot all the time. */
  motorAboveCLeast: 5,
  /** Over what the current explains, °C and as a share of usual. */
  heatOverCLeast: 6,
  heatShareLeast: 1.25,
  /** Over the last hours, while current and lift stay: °C and as a share. */
  heatLatelyCLeast: 2,
  heatLatelyLeast: 1.07,
  heatAmpsMost: 0.05,
  /** Usual scatter of the current, above which a small motor's current says too little of its load. */
  heatScatterMost: 0.03,
  heatStartMinutes: 240,
  /** A motor finds its new temperature. */
  heatSpeedMinutes: 120,
} as const satisfies Record<string, number>;

export type RuleLimits = { readonly [K in keyof typeof ruleLimitDefaults]: number };

/** Unknown names are not taken: a misspelt limit must not pass for one that holds. */
export function ruleLimits(overrides: Readonly<Record<string, number>> = {}): {
  readonly limits: RuleLimits;
  readonly unknown: readonly string[];
} {
  const limits: Record<keyof RuleLimits, number> = { ...ruleLimitDefaults };
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(overrides))
    if (Object.hasOwn(ruleLimitDefaults, name) && Number.isFinite(value))
      limits[name as keyof RuleLimits] = value;
    else unknown.push(name);
  return { limits, unknown };
}
