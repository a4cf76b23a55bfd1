/** What a command prints: lines for people, or JSON for machines with nothing else on standard output. */

export interface Terminal {
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** Whether progress may be drawn over itself. */
  readonly interactive: boolean;
  /** A line for people; nothing with `--json`. */
  line(text: string): void;
  /** The command's result: printed as JSON with `--json`, else through `lines`. */
  result(value: unknown, lines: () => readonly string[]): void;
  /** Standard error. */
  error(text: string): void;
}

export function createTerminal(json: boolean): Terminal {
  return {
    json,
    interactive: process.stdout.isTTY && !json,
    line(text) {
      if (!json) process.stdout.write(`${text}\n`);
    },
    result(value, lines) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
      else for (const text of lines()) process.stdout.write(`${text}\n`);
    },
    error(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  );
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => (row[i] ?? '').length)));
  const isNumber = head.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isNumber[i] === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)];
}
