/** A time as files write it, in Unix ms: taken as UTC where no zone is given. */

/**
 * `2020-03-09 10:14:33`, with T, fraction or zone; a date alone; seconds, ms, µs or ns since 1970, told apart by size. A small
 * number is a count of seconds. NaN for anything else.
 */
export function seriesTimeMs(text: string): number {
  const match =
    /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/.exec(
      text,
    );
  if (match) {
    const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
    const colon = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
    return Date.parse(
      `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction === '' ? '' : fraction.slice(0, 4)}${colon}`,
    );
  }
  if (!/^-?\d+(\.\d+)?$/.test(text)) return Number.NaN;
  const value = Number(text);
  const size = Math.abs(value);
  // 1e11 s is the year 5138, 1e11 ms is 1973.
  if (size < 1e11) return value * 1000;
  if (size < 1e14) return value;
  return size < 1e17 ? value / 1e3 : value / 1e6;
}
