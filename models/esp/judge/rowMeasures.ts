/** Measures of risks against outcomes, a row each: F1, precision over recall, calibration. */

export interface Rows {
  readonly risk: Float64Array;
  /** 1 a failure came, 0 none. */
  readonly outcome: Uint8Array;
}

export function prevalenceOf({ outcome }: Rows): number {
  let sum = 0;
  for (const y of outcome) sum += y;
  return outcome.length === 0 ? Number.NaN : sum / outcome.length;
}

/** At or above the threshold counts as foretold. 0 where nothing is right. */
export function f1At({ risk, outcome }: Rows, threshold: number): number {
  let [right, told, came] = [0, 0, 0];
  for (let i = 0; i < risk.length; i++) {
    const on = (risk[i] as number) >= threshold;
    if (on) told++;
    if (outcome[i] === 1) came++;
    if (on && outcome[i] === 1) right++;
  }
  return right === 0 ? 0 : (2 * right) / (told + came);
}

/** The threshold of the greatest F1 on these rows: for validation wells, never for those that judge. */
export function bestThreshold(rows: Rows): number {
  const order = byRisk(rows);
  const came = prevalenceOf(rows) * rows.risk.length;
  let [right, best, threshold] = [0, -1, Number.POSITIVE_INFINITY];
  for (const [k, i] of order.entries()) {
    right += rows.outcome[i] as number;
    const next = order[k + 1];
    if (next !== undefined && rows.risk[next] === rows.risk[i]) continue;
    const f1 = (2 * right) / (k + 1 + came);
    if (f1 > best) [best, threshold] = [f1, rows.risk[i] as number];
  }
  return threshold;
}

/** Average precision: Σ (recall step) × precision, ties taken together. */
export function averagePrecision(rows: Rows): number {
  const order = byRisk(rows);
  const came = prevalenceOf(rows) * rows.risk.length;
  if (!(came > 0)) return Number.NaN;
  let [right, before, area] = [0, 0, 0];
  for (const [k, i] of order.entries()) {
    right += rows.outcome[i] as number;
    const next = order[k + 1];
    if (next !== undefined && rows.risk[next] === rows.risk[i]) continue;
    area += ((right - before) / came) * (right / (k + 1));
    before = right;
  }
  return area;
}

/** 1 − Brier / Brier of always saying the prevalence of these rows. */
export function brierSkill(rows: Rows): number {
  const p = prevalenceOf(rows);
  let [own, base] = [0, 0];
  for (let i = 0; i < rows.risk.length; i++) {
    const y = rows.outcome[i] as number;
    own += ((rows.risk[i] as number) - y) ** 2;
    base += (p - y) ** 2;
  }
  return base === 0 ? Number.NaN : 1 - own / base;
}

/** Slope of the outcome's log odds over those of the risk (logistic regression): 1 is calibrated, below 1 over-confident. */
export function calibrationSlope(rows: Rows): number {
  const x = Float64Array.from(rows.risk, (p) => {
    const inside = Math.min(1 - 1e-6, Math.max(1e-6, p));
    return Math.log(inside / (1 - inside));
  });
  let [a, b] = [0, 1];
  for (let round = 0; round < 50; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < x.length; i++) {
      const xi = x[i] as number;
      const p = 1 / (1 + Math.exp(-(a + b * xi)));
      const [error, weight] = [(rows.outcome[i] as number) - p, p * (1 - p)];
      g0 += error;
      g1 += error * xi;
      h00 += weight;
      h01 += weight * xi;
      h11 += weight * xi * xi;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(Math.abs(determinant) > 1e-12)) return Number.NaN;
    const [da, db] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    a += Math.max(-2, Math.min(2, da));
    b += Math.max(-1, Math.min(1, db));
    if (Math.abs(da) + Math.abs(db) < 1e-9) break;
  }
  return b;
}

export interface CalibrationBin {
  readonly rows: number;
  readonly said: number;
  readonly came: number;
}

const binCount = 10;

/** Bins of equally many rows, by rising risk. */
export function calibrationBins(rows: Rows): CalibrationBin[] {
  const order = byRisk(rows).reverse();
  return Array.from({ length: binCount }, (_, bin) => {
    const from = Math.floor((bin * order.length) / binCount);
    const to = Math.floor(((bin + 1) * order.length) / binCount);
    let [said, came] = [0, 0];
    for (const i of order.slice(from, to)) {
      said += rows.risk[i] as number;
      came += rows.outcome[i] as number;
    }
    const n = Math.max(1, to - from);
    return { rows: to - from, said: said / n, came: came / n };
  });
}

/** Expected calibration error over those bins. */
export function expectedCalibrationError(rows: Rows): number {
  const bins = calibrationBins(rows);
  return bins.reduce((sum, bin) => sum + (bin.rows / rows.risk.length) * Math.abs(bin.said - bin.came), 0);
}

/** Bins of equal width above .2 that have 100 rows or more: where a reader acts on the number itself. */
export function highBins(rows: Rows): CalibrationBin[] {
  return Array.from({ length: 8 }, (_, k) => {
    const [low, high] = [0.2 + 0.1 * k, k === 7 ? 1.01 : 0.3 + 0.1 * k];
    let [n, said, came] = [0, 0, 0];
    for (let i = 0; i < rows.risk.length; i++) {
      const p = rows.risk[i] as number;
      if (p < low || p >= high) continue;
      n++;
      said += p;
      came += rows.outcome[i] as number;
    }
    return { rows: n, said: said / Math.max(1, n), came: came / Math.max(1, n) };
  }).filter((bin) => bin.rows >= 100);
}

function byRisk({ risk }: Rows): number[] {
  return Array.from(risk, (_, i) => i).sort((a, b) => (risk[b] as number) - (risk[a] as number) || a - b);
}
