/** Cells of a line of a delimited file. */

const delimiters = [',', ';', '\t', '|'];

/** The character that a head line has most of. */
export function delimiterOf(head: string): string {
  const counts = delimiters.map((d) => head.split(d).length);
  return delimiters[counts.indexOf(Math.max(...counts))] as string;
}

/** Without blanks and quotes around them; a delimiter between quotes is part of its cell. */
export function cellsOf(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"' && (isQuoted || line.slice(from, at).trim() === '')) isQuoted = !isQuoted;
    if (at < line.length && (isQuoted || line[at] !== delimiter)) continue;
    cells.push(unquoted(line.slice(from, at).trim()));
    from = at + 1;
  }
  return cells;
}

function unquoted(cell: string): string {
  return /^"(.*)"$/.exec(cell)?.[1]?.replaceAll('""', '"') ?? cell;
}
