/** Reads surface cards with their classes from a TSV file: `class, position (m), load (kN)`. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { BalancinError } from '#schemas/errors.js';
import { cardClasses } from './cardClasses.js';

/** One stroke at equal times. */
export interface CardCurve {
  readonly positionM: Float64Array;
  readonly loadKn: Float64Array;
}

export interface LabelledCard extends CardCurve {
  /** Line of the file below its header, if it has one, from 0. */
  readonly row: number;
  /** Place in `cardClasses`, or −1 where the file gives none. */
  readonly label: number;
}

const bytesMax = 256 * 1024 * 1024;

/** Gzip by content, not by name. Throws NOT_FOUND, or DATA_INVALID with the line. */
export async function readCardsFile(path: string): Promise<LabelledCard[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new BalancinError('NOT_FOUND', `${path} cannot be read`, { cause });
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: bytesMax });
  const cards: LabelledCard[] = [];
  for (const [i, line] of bytes.toString('utf8').split(/\r?\n/).entries()) {
    // A first line that holds numbers is a card of a file without a header.
    if (line === '' || (i === 0 && !/[-\d.],/.test(line.split('\t')[1] ?? ''))) continue;
    const [name = '', positions = '', loads = ''] = line.split('\t');
    const label = (cardClasses as readonly string[]).indexOf(name);
    if (label < 0 && name !== '') throw invalid(path, i, `'${name.slice(0, 40)}' is no class of cards`);
    const positionM = numbers(positions);
    const loadKn = numbers(loads);
    if (positionM.length !== loadKn.length)
      throw invalid(path, i, `${positionM.length} positions and ${loadKn.length} loads`);
    cards.push({ row: cards.length, label, positionM, loadKn });
  }
  if (cards.length === 0)
    throw new BalancinError(
      'DATA_INVALID',
      `${path} holds no card: lines of class, positions, loads are expected`,
    );
  return cards;
}

function numbers(text: string): Float64Array {
  return Float64Array.from(text.split(','), (each) => (each.trim() === '' ? Number.NaN : Number(each)));
}

function invalid(path: string, line: number, what: string): BalancinError {
  return new BalancinError('DATA_INVALID', `${path}, line ${line + 1}: ${what}`);
}
