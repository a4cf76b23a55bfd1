/** Says exactly where the database differs from the truth. */
import type { Stored } from './readStored.js';
import type { Minute, Truth } from './truth.js';

export interface CompareOptions {
  /** Minutes of these tags are not compared: their windows may be open still. */
  readonly openTags?: ReadonlySet<string>;
}

/** One sentence a difference; none where everything is as it must be. */
export function compareStored(truth: Truth, stored: Stored, options: CompareOptions = {}): string[] {
  return [
    ...compareMinutes(truth.minutes, stored.minutes, options.openTags ?? new Set()),
    ...compareLetters(truth, stored),
    ...compareCounts(truth, stored.tally),
  ];
}

function compareMinutes(
  expected: ReadonlyMap<string, Minute>,
  found: ReadonlyMap<string, Minute>,
  openTags: ReadonlySet<string>,
): string[] {
  const differences: string[] = [];
  const isOpen = (name: string): boolean => openTags.has(name.split(' ').at(-2) ?? '');
  for (const [name, minute] of expected) {
    if (isOpen(name)) continue;
    const other = found.get(name);
    if (other === undefined) {
      differences.push(`minute ${name}: lost (${minute.samples} samples)`);
      continue;
    }
    for (const field of Object.keys(minute) as (keyof Minute)[])
      if (other[field] !== minute[field])
        differences.push(`minute ${name}: ${field} is ${other[field]}, not ${minute[field]}`);
  }
  for (const name of found.keys())
    if (!expected.has(name) && !isOpen(name)) differences.push(`minute ${name}: nobody sent it`);
  return differences;
}

function compareLetters(truth: Truth, stored: Stored): string[] {
  const differences: string[] = [];
  const found = new Set<string>();
  for (const letter of stored.deadLetters) {
    const { name, reason } = letter;
    const expected = truth.deadLetters.get(name);
    if (found.has(name)) differences.push(`dead letter ${name}: stored twice`);
    found.add(name);
    if (expected === undefined) differences.push(`dead letter ${name}: ${reason}, yet the record is good`);
    else if (expected.reason !== reason)
      differences.push(`dead letter ${name}: ${reason}, not ${expected.reason}`);
    else if (!sameBytes(expected.key, letter.key) || !sameBytes(expected.value, letter.value))
      differences.push(`dead letter ${name}: its bytes are not the record's`);
  }
  for (const [name, { reason }] of truth.deadLetters)
    if (!found.has(name)) differences.push(`dead letter ${name}: lost (${reason})`);
  return differences;
}

/** Every record below the next offsets ends in exactly one outcome. */
function compareCounts(truth: Truth, tally: ReadonlyMap<string, number>): string[] {
  const of = (name: string): number => tally.get(name) ?? 0;
  const counts: readonly (readonly [string, number, number])[] = [
    ['frames admitted', of('frames written') + of('frames late'), truth.frames.admitted],
    ['frames duplicate', of('frames duplicate'), truth.frames.duplicate],
    ['frames rejected', of('frames rejected'), truth.frames.rejected],
    ['samples admitted', of('samples written') + of('samples late'), truth.samples],
  ];
  return counts
    .filter(([, found, expected]) => found !== expected)
    .map(([what, found, expected]) => `tally: ${found} ${what}, not ${expected}`);
}

/** What the outbox must have said of dead letters: each at least once, by its message id, and of no other record. */
export function compareSentLetters(truth: Truth, sentIds: Iterable<string>): string[] {
  const sent = new Set(sentIds);
  return [
    ...[...truth.deadLetters.keys()].filter((id) => !sent.has(id)).map((id) => `message ${id}: never sent`),
    ...[...sent].filter((id) => !truth.deadLetters.has(id)).map((id) => `message ${id}: of a good record`),
  ];
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
