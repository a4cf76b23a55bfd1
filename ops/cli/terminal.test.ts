import { join } from 'node:path';
import test from 'ava';
import { progressOf } from './progress.js';
import { shownPath } from './shownPath.js';
import { table, type Terminal } from './terminal.js';

function recording(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = [];
  const line = (text: string): void => void lines.push(text);
  return { lines, terminal: { json: false, interactive: false, line, result: () => {}, error: line } };
}

test('progress that goes into a log is a line a quarter, however often it is told', (t) => {
  const { terminal, lines } = recording();
  const progress = progressOf(terminal, () => 0);
  for (let done = 0; done <= 1_000; done++) progress.show('stored', done, 1_000);
  t.deepEqual(
    lines,
    ['250', '500', '750', '1,000'].map((done) => `  stored ${done} of 1,000`),
  );
});

test('progress that stands still says so from time to time', (t) => {
  const { terminal, lines } = recording();
  let nowMs = 0;
  const progress = progressOf(terminal, () => nowMs);
  for (; nowMs <= 60_000; nowMs += 200) progress.show('stored', 1, 1_000);
  t.is(lines.length, 4);
});

test('a path below the working directory is shown from there, any other whole', (t) => {
  t.is(shownPath('/a/b/c.pdf', '/a'), `.${join('/', 'b', 'c.pdf')}`);
  for (const path of ['/a', '/ab/c.pdf', '/c.pdf']) t.is(shownPath(path, '/a'), path);
  t.is(shownPath('/a/..b/c', '/a'), './..b/c');
});

test('a table sets numbers right and text left, as wide as its widest cell', (t) => {
  t.deepEqual(
    table(
      ['well', 'n'],
      [
        ['W-1', 1_234],
        ['W-100', 5],
      ],
    ),
    ['well       n', '─────  ─────', 'W-1    1,234', 'W-100      5'],
  );
});
