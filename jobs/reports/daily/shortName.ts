/** A name that fits: wells of a field differ at the end of their names, so the middle goes. */

const endChars = 8;

export function shortName(name: string, charsMax: number): string {
  return name.length <= charsMax
    ? name
    : `${name.slice(0, charsMax - endChars - 1)}…${name.slice(-endChars)}`;
}
