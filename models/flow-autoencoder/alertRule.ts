/** From scores to alerts, the same for every contestant: two rows in a row above open one, two below end it. */

/** Ten minutes at a row every five: longer than a spike, shorter than anything worth waiting for. */
const rowsToOpen = 2;
const rowsToClose = 2;
/** A gap in the rows longer than this begins anew. */
const gapMs = 30 * 60_000;

/** End times of the rows at which an alert opened. */
export function alertsOf(endMs: ArrayLike<number>, scores: ArrayLike<number>, threshold: number): number[] {
  const opened: number[] = [];
  let above = 0;
  let below = 0;
  let open = false;
  let previous = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) {
    const at = endMs[i] as number;
    if (at - previous > gapMs) {
      above = 0;
      open = false;
    }
    previous = at;
    if ((scores[i] as number) > threshold) {
      above++;
      below = 0;
      if (!open && above >= rowsToOpen) {
        open = true;
        opened.push(at);
      }
    } else {
      above = 0;
      below++;
      if (below >= rowsToClose) open = false;
    }
  }
  return opened;
}
