/** PostgreSQL's binary COPY format: signature, trailer, and numbers as the server stores them. */

/** Signature, no flags, no header extension: <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format". */
export const copyHeader: Uint8Array = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** A field count of -1 ends the data. */
export const copyTrailer: Uint8Array = Buffer.from([0xff, 0xff]);
export const nullLength = -1;

/** 2000-01-01, where PostgreSQL's clock begins. */
export const postgresEpochMs = 946_684_800_000;
const dayMs = 86_400_000;
/** What the server accepts: 4714-11-24 BC up to 294277-01-01, in µs after its epoch. */
const timestampMinUs = -211_813_488_000_000_000n;
const timestampEndUs = 9_223_371_331_200_000_000n;
const dateMinDays = -2_451_545;
const twoTo32 = 2 ** 32;

/** A safe integer as int8. */
export function writeInt64(view: DataView, position: number, value: number): void {
  view.setInt32(position, Math.floor(value / twoTo32));
  view.setUint32(position + 4, value >>> 0);
}

/** Unix ms as timestamptz (int8, µs after 2000), to the µs. */
export function writeTimestamp(view: DataView, position: number, unixMs: number): void {
  const us = Math.round((unixMs - postgresEpochMs) * 1000);
  if (Number.isSafeInteger(us)) writeInt64(view, position, us);
  else view.setBigInt64(position, timestampUs(unixMs));
}

function timestampUs(unixMs: number): bigint {
  return BigInt(Math.round(unixMs) - postgresEpochMs) * 1000n;
}

export function isTimestamp(unixMs: number): boolean {
  if (!Number.isFinite(unixMs) || Math.abs(unixMs) > Number.MAX_SAFE_INTEGER - postgresEpochMs) return false;
  const us = timestampUs(unixMs);
  return us >= timestampMinUs && us < timestampEndUs;
}

/** Days after 2000-01-01 of a UTC midnight given as Unix ms; NaN where it is no midnight or out of the server's range. */
export function dateDays(unixMs: number): number {
  const days = (unixMs - postgresEpochMs) / dayMs;
  return Number.isInteger(days) && days >= dateMinDays ? days : Number.NaN;
}
