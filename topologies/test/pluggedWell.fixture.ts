/** A well whose flowline plugs after 45 minutes: pressures before and after it rise together, the rate falls. */
import type { EdgeFrame } from '#schemas/records/edgeFrame.js';

const minuteMs = 60_000;
export const pluggedAtMinute = 45;

/** A frame a minute, `from … until - 1`; from `freeAt` on the line is free again. */
export function pluggedFrames(
  who: { readonly tenant: string; readonly site: string; readonly well: string },
  [from, until]: readonly [number, number],
  { t0, freeAt = Infinity }: { readonly t0: number; readonly freeAt?: number },
): EdgeFrame[] {
  return Array.from({ length: until - from }, (_, n) => {
    const minute = from + n;
    const plugged = minute >= pluggedAtMinute && minute < freeAt;
    const noise = minute % 2 === 0 ? 1 : -1;
    const sample = (tag: string, value: number) => ({
      tag,
      dtMs: [0],
      value: [value],
      quality: new Uint8Array(0),
    });
    return {
      ...who,
      stream: 'fast',
      epoch: 1,
      seq: minute + 1,
      t0: t0 + minute * minuteMs,
      historical: false,
      series: [
        sample('well.whp', 2_000 + 5 * noise + (plugged ? 900 : 0)),
        sample('well.flp', 900 + 5 * noise + (plugged ? 700 : 0)),
        sample('well.qo', 120 + noise - (plugged ? 80 : 0)),
      ],
    };
  });
}
