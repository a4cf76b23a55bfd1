/** Cells of a line of a delimited file. */

const delimiters = [',', ';', '\t', '|'];

/** The character that a head line has most of. */
export function delimiterOf(head: string): string {
  const counts = delimiters.map((d) => head.split(d).length);
  return delimiters[counts.indexOf(Math.max(...counts))] as string;
}

/** Without blanks and quotes around them. */
export function cellsOf(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
