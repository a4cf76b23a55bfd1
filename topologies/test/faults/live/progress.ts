/** What a long run has done so far, one JSON line each in a file, so that it can be cut off and gone on with. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';

export interface Progress<T> {
  readonly kept: readonly T[];
  keep(part: T): Promise<void>;
}

/** `run` names the run: a file of another one is refused. Null keeps nothing. */
export async function openProgress<T>(path: string | null, run: string): Promise<Progress<T>> {
  if (path === null) return { kept: [], keep: async () => undefined };
  const text = await readFile(path, 'utf8').catch(() => '');
  // What follows the last line's end was being written when the run was cut off.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').filter((line) => line !== '');
  const head = JSON.stringify({ run });
  if (first !== undefined && first !== head) throw new Error(`${path} is of another run: ${first}`);
  await writeFile(path, first === undefined ? `${head}\n` : whole);
  return {
    kept: lines.map((line) => JSON.parse(line) as T),
    keep: async (part) => await appendFile(path, `${JSON.stringify(part)}\n`),
  };
}
