/** NAB's score: detections against labelled windows, early ones worth more, at one threshold for all files. */

/** Rows of a labelled anomaly, both ends inclusive. */
export interface NabWindow {
  readonly left: number;
  readonly right: number;
}

/** Scores of one file, a row each, with its windows in order of time. */
export interface NabScored {
  readonly scores: Float64Array;
  readonly windows: readonly NabWindow[];
}

export interface NabProfile {
  readonly name: 'standard' | 'lowFp' | 'lowFn';
  /** NAB's own name of it, in its result files. */
  readonly nabName: string;
  readonly fpWeight: number;
  readonly fnWeight: number;
}

/** `config/profiles.json` of NAB v1.1. */
export const nabProfiles: readonly NabProfile[] = [
  { name: 'standard', nabName: 'standard', fpWeight: 0.11, fnWeight: 1 },
  { name: 'lowFp', nabName: 'reward_low_FP_rate', fpWeight: 0.22, fnWeight: 1 },
  { name: 'lowFn', nabName: 'reward_low_FN_rate', fpWeight: 0.11, fnWeight: 2 },
];

/** Rows at the start of a file of `rows` that are never judged: a detector may learn on them. */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

/** 2/(1+e^{5x})−1; x is a place relative to a window, −1 at its start, 0 at its end, in widths. −1 far behind it. */
export function sigmoid(x: number): number {
  return x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1;
}

/** What every judged row is worth were it a detection, and which window (numbered over the pool, −1 for none) it lies in. */
interface Worth {
  readonly score: number;
  readonly worth: number;
  readonly window: number;
}

/** Rows that may be positive, best score first; windows counted over all files. */
interface Pool {
  readonly rows: readonly Worth[];
  readonly windows: number;
}

function poolOf(files: readonly NabScored[], atLeast = Number.NEGATIVE_INFINITY): Pool {
  const rows: Worth[] = [];
  let windows = 0;
  for (const file of files) {
    const { scores } = file;
    let next = 0;
    let last: NabWindow | undefined;
    for (let i = 0; i < scores.length; i++) {
      while (file.windows[next] !== undefined && (file.windows[next] as NabWindow).right < i)
        last = file.windows[next++];
      const window = file.windows[next];
      if (i < probationRows(scores.length)) continue;
      const score = scores[i] as number;
      if (score < atLeast) continue;
      if (window !== undefined && window.left <= i) {
        const x = -(window.right - i + 1) / (window.right - window.left + 1);
        rows.push({ score, worth: sigmoid(x) / sigmoid(-1), window: windows + next });
      } else {
        const worth = last === undefined ? -1 : sigmoid((i - last.right) / (last.right - last.left));
        rows.push({ score, worth, window: -1 });
      }
    }
    windows += file.windows.length;
  }
  rows.sort((a, b) => b.score - a.score);
  return { rows, windows };
}

/** 0 for a detector that says nothing, 100 for one that is right at the start of every window and nowhere else. */
function normalised(sum: number, windows: number, { fnWeight }: NabProfile): number {
  const nothing = -windows * fnWeight;
  return (100 * (sum - nothing)) / (windows - nothing);
}

/** Walks the pool from the best score down; `visit` gets the score reached with all rows at or above `threshold`. */
function sweep(
  { rows, windows }: Pool,
  profile: NabProfile,
  visit: (threshold: number, score: number) => void,
): void {
  const best = new Float64Array(windows).fill(Number.NaN);
  let sum = -windows * profile.fnWeight;
  for (let i = 0; i < rows.length; ) {
    const threshold = (rows[i] as Worth).score;
    for (; i < rows.length && (rows[i] as Worth).score === threshold; i++) {
      const { worth, window } = rows[i] as Worth;
      if (window < 0) {
        sum += profile.fpWeight * worth;
        continue;
      }
      const before = best[window] as number;
      if (Number.isNaN(before)) sum += profile.fnWeight + worth;
      else if (worth > before) sum += worth - before;
      else continue;
      best[window] = worth;
    }
    visit(threshold, normalised(sum, windows, profile));
  }
}

/** A row is positive where its score is at least `threshold`. NaN where there is no window at all. */
export function nabScore(files: readonly NabScored[], profile: NabProfile, threshold: number): number {
  const pool = poolOf(files, threshold);
  let score = normalised(-pool.windows * profile.fnWeight, pool.windows, profile);
  sweep(pool, profile, (_, reached) => {
    score = reached;
  });
  return score;
}

export interface NabOptimum {
  readonly threshold: number;
  readonly score: number;
}

/** The threshold that is best on these very files, as NAB's optimiser takes it; of equals the highest. */
export function nabOptimum(files: readonly NabScored[], profile: NabProfile): NabOptimum {
  const pool = poolOf(files);
  let best: NabOptimum = {
    threshold: Number.POSITIVE_INFINITY,
    score: normalised(-pool.windows * profile.fnWeight, pool.windows, profile),
  };
  sweep(pool, profile, (threshold, score) => {
    if (score > best.score) best = { threshold, score };
  });
  return best;
}
