/** Scores of members to one probability: logistic regression on their log-odds, fitted on wells that trained none of them. */

/** probability = 1 / (1 + exp(−(bias + Σ weight × score))). */
export interface Calibration {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** Keeps the weights of members that say the same from running apart. */
const ridge = 1;
const steps = 40;

/** `scores` row-major, one a member; Newton's method. Weights below zero are not allowed: a member may be ignored, not reversed. */
export function fitCalibration(scores: Float64Array, members: number, outcome: Float32Array): Calibration {
  const rows = outcome.length;
  const active = Array.from({ length: members }, (_, m) => m);
  for (;;) {
    const fitted = newton(scores, members, outcome, rows, active);
    let worst = -1;
    for (const i of active.keys())
      if ((fitted[i + 1] as number) < Math.min(0, worst < 0 ? 0 : (fitted[worst + 1] as number))) worst = i;
    if (worst < 0 || active.length === 1) {
      const weights = Array.from({ length: members }, () => 0);
      for (const [i, m] of active.entries()) weights[m] = fitted[i + 1] as number;
      return { bias: fitted[0] as number, weights };
    }
    active.splice(worst, 1);
  }
}

export function calibrated({ bias, weights }: Calibration, scores: Float64Array, at = 0): number {
  let x = bias;
  for (let m = 0; m < weights.length; m++) x += (weights[m] as number) * (scores[at + m] as number);
  return 1 / (1 + Math.exp(-x));
}

function newton(
  scores: Float64Array,
  members: number,
  outcome: Float32Array,
  rows: number,
  active: readonly number[],
): Float64Array {
  const n = active.length + 1;
  const beta = new Float64Array(n).fill(1 / Math.max(active.length, 1));
  beta[0] = 0;
  const x = new Float64Array(n);
  x[0] = 1;
  for (let step = 0; step < steps; step++) {
    const gradient = new Float64Array(n);
    const hessian = new Float64Array(n * n);
    for (let r = 0; r < rows; r++) {
      let z = beta[0];
      for (let i = 1; i < n; i++) {
        x[i] = scores[r * members + (active[i - 1] as number)] as number;
        z += (beta[i] as number) * (x[i] as number);
      }
      const p = 1 / (1 + Math.exp(-z));
      const w = Math.max(p * (1 - p), 1e-9);
      for (let i = 0; i < n; i++) {
        gradient[i] = (gradient[i] as number) + ((outcome[r] as number) - p) * (x[i] as number);
        for (let j = 0; j <= i; j++)
          hessian[i * n + j] = (hessian[i * n + j] as number) + w * (x[i] as number) * (x[j] as number);
      }
    }
    for (let i = 1; i < n; i++) {
      gradient[i] = (gradient[i] as number) - ridge * ((beta[i] as number) - 1 / (n - 1));
      hessian[i * n + i] = (hessian[i * n + i] as number) + ridge;
    }
    const change = solve(hessian, gradient, n);
    let most = 0;
    for (let i = 0; i < n; i++) {
      const by = Math.max(-2, Math.min(2, change[i] as number));
      beta[i] = (beta[i] as number) + by;
      most = Math.max(most, Math.abs(by));
    }
    if (most < 1e-6) break;
  }
  return beta;
}

/** Cholesky; `a` holds the lower triangle. */
function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const l = Float64Array.from(a);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = l[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (l[j * n + j] as number);
    }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (l[i * n + k] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (l[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = (x[i] as number) - (l[k * n + i] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (l[i * n + i] as number);
  }
  return x;
}
