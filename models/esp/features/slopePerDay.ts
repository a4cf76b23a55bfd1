/** The slope of daily values by least squares. */

/** A day; `at` gives the value so many days ago, NaN where there is none. NaN with fewer than `least` values. */
export function slopePerDay(at: (daysAgo: number) => number, days: number, least: number): number {
  let [n, st, sx, stt, stx] = [0, 0, 0, 0, 0];
  for (let d = 0; d < days; d++) {
    const x = at(d);
    if (x !== x) continue;
    n++;
    st -= d;
    sx += x;
    stt += d * d;
    stx -= d * x;
  }
  return n < least ? Number.NaN : (n * stx - st * sx) / (n * stt - st * st);
}
