/** What may be believed of a fetched batch. */
import test from 'ava';
import { FetchPosition } from './fetchPosition.js';

test('a batch moves the position past its last record, filtered ones included', (t) => {
  const position = new FetchPosition('live', 3, 10);
  position.advance(14);
  t.is(position.next, 15);
});

test('filtered records move the position only where they begin at it', (t) => {
  const position = new FetchPosition('live', 3, 10);
  position.passFiltered(11, 20);
  position.passFiltered(9, 20);
  t.is(position.next, 10);
  position.passFiltered(10, 12);
  t.is(position.next, 13);
});

test('filtered records move nothing while the log is asked for its range', (t) => {
  const position = new FetchPosition('live', 3, 10);
  position.beginCheck();
  position.beginCheck();
  position.passFiltered(10, 12);
  t.false(position.endCheck(), 'another question is under way');
  position.passFiltered(10, 12);
  t.is(position.next, 10);
  t.true(position.endCheck());
  position.passFiltered(10, 12);
  t.is(position.next, 13);
});

test('a gap is accepted when it comes twice, not the first time', (t) => {
  const position = new FetchPosition('live', 3, 10);
  t.false(position.acceptGap(15));
  t.is(position.next, 10);
  t.true(position.acceptGap(15));
  t.is(position.next, 15);
});

test('two different gaps, or one with a batch in between, prove nothing', (t) => {
  const position = new FetchPosition('live', 3, 10);
  t.false(position.acceptGap(15));
  t.false(position.acceptGap(16));
  position.advance(19);
  t.false(position.acceptGap(25));
  position.advance(24);
  t.false(position.acceptGap(30));
  t.is(position.next, 25);
});

test('a batch from before the position is never a gap, however often it comes', (t) => {
  const position = new FetchPosition('live', 3, 10);
  for (let i = 0; i < 5; i += 1) t.false(position.acceptGap(4));
  t.is(position.next, 10);
});
