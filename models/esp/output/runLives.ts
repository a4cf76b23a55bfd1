/** How long a fleet's pumps run: Kaplan–Meier and Weibull, with lives that were met half-way or ended for other reasons. */

export interface RunLife {
  /** Age at which it came under observation, days: 0 for one watched from its installation (left truncation). */
  readonly fromDays: number;
  /** Age at which it failed or was last seen. */
  readonly toDays: number;
  /** False where it still runs, or was pulled for another reason (censored). */
  readonly failed: boolean;
}

export interface SurvivalStep {
  readonly days: number;
  readonly atRisk: number;
  readonly failed: number;
  /** Share that outlives `days`. */
  readonly surviving: number;
}

/** Product-limit estimate (Kaplan & Meier 1958); only those already met and not yet gone are at risk at an age. */
export function kaplanMeier(lives: readonly RunLife[]): SurvivalStep[] {
  const ages = [...new Set(lives.filter((l) => l.failed).map((l) => l.toDays))].sort((a, b) => a - b);
  let surviving = 1;
  return ages.map((days) => {
    const atRisk = lives.filter((l) => l.fromDays < days && l.toDays >= days).length;
    const failed = lives.filter((l) => l.failed && l.toDays === days && l.fromDays < days).length;
    if (atRisk > 0) surviving *= 1 - failed / atRisk;
    return { days, atRisk, failed, surviving };
  });
}

export interface Weibull {
  readonly shape: number;
  readonly scaleDays: number;
}

/** Below this many failures a shape is guessed: the exponential is told instead. */
const failuresForShape = 5;
const [shapeLeast, shapeMost] = [0.3, 6];

/**
 * Maximum likelihood with truncation and censoring: Σ_failed ln h(to) − Σ (H(to) − H(from)). For a shape the scale is known in
 * closed form; the shape is found by golden section. Null without a failure.
 */
export function fitWeibull(lives: readonly RunLife[]): Weibull | null {
  const valid = lives.filter((l) => l.toDays > l.fromDays && l.fromDays >= 0);
  const failures = valid.filter((l) => l.failed);
  if (failures.length === 0) return null;
  const exposure = (shape: number): number =>
    valid.reduce((sum, l) => sum + l.toDays ** shape - l.fromDays ** shape, 0);
  const logLikelihood = (shape: number): number => {
    // H(t) = rate × t^shape with rate = failures / exposure, so ΣH is a constant.
    const rate = failures.length / exposure(shape);
    return failures.reduce((sum, l) => sum + Math.log(shape * rate) + (shape - 1) * Math.log(l.toDays), 0);
  };
  const shape = failures.length < failuresForShape ? 1 : goldenMax(logLikelihood, shapeLeast, shapeMost);
  return { shape, scaleDays: (exposure(shape) / failures.length) ** (1 / shape) };
}

/** That a pump of that age fails within the horizon. */
export function weibullRisk({ shape, scaleDays }: Weibull, ageDays: number, horizonDays: number): number {
  const hazard = (days: number): number => (days / scaleDays) ** shape;
  return -Math.expm1(hazard(ageDays) - hazard(ageDays + horizonDays));
}

/** How much the fleet's word weighs in a well's risk, by how complete its baseline is (0–1). */
export function fleetShare(maturity: number): number {
  return 0.75 * (1 - Math.min(Math.max(maturity, 0), 1));
}

/**
 * A well of which little is known yet leans on its fleet: log-odds of both, by how complete its baseline is (0–1). A quarter
 * of the fleet's word stays out even then, so that an alarm of the first days is heard.
 */
export function withFleetPrior(risk: number, prior: number, maturity: number): number {
  const share = fleetShare(maturity);
  const logOdds = (p: number): number => Math.log(Math.max(p, 1e-6) / Math.max(1 - p, 1e-6));
  return 1 / (1 + Math.exp(-((1 - share) * logOdds(risk) + share * logOdds(prior))));
}

function goldenMax(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  for (let i = 0; i < 60; i++) {
    if (fc > fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}
