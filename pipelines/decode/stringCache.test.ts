/** Laws of the string cache. */
import test from 'ava';
import * as fc from 'fast-check';
import { StringCache } from './stringCache.js';

function intern(cache: StringCache, text: string, guess = 0): string {
  const bytes = new Uint8Array(Buffer.from(`xx${text}yy`));
  return cache.text(cache.entryOf(new DataView(bytes.buffer), 2, bytes.length - 4, guess));
}

test('a string is what its bytes say, whatever else the cache holds', (t) => {
  const cache = new StringCache({ stringsMax: 50, bytesMax: 300 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.nat(60), (text, guess) => {
      t.is(intern(cache, text, guess), text);
      t.is(intern(cache, text, guess), text);
    }),
  );
});

test('equal bytes are held once', (t) => {
  const cache = new StringCache();
  for (let i = 0; i < 5000; i++) intern(cache, `well ${i % 100}`);
  t.is(cache.size, 100);
});

test('at the limit of strings the cache starts anew and stays right', (t) => {
  const cache = new StringCache({ stringsMax: 4, bytesMax: 1000 });
  for (const name of ['a', 'b', 'c', 'd']) intern(cache, name);
  t.is(cache.size, 4);
  t.is(intern(cache, 'e'), 'e');
  t.is(cache.size, 1);
  t.is(intern(cache, 'a'), 'a');
  t.is(cache.size, 2);
});

test('at the limit of bytes the cache starts anew; what is longer than the limit is held alone', (t) => {
  const cache = new StringCache({ stringsMax: 100, bytesMax: 10 });
  intern(cache, '12345');
  intern(cache, '67890');
  t.is(cache.size, 2);
  t.is(intern(cache, 'x'), 'x');
  t.is(cache.size, 1);
  t.is(intern(cache, '12345678901'), '12345678901');
  t.is(cache.size, 1);
  t.is(intern(cache, 'x'), 'x');
  t.is(cache.size, 1);
});

test('growing keeps what was held', (t) => {
  const cache = new StringCache();
  const names = Array.from({ length: 20_000 }, (_, i) => `tag.${i}`);
  for (const name of names) intern(cache, name);
  t.is(cache.size, names.length);
  for (const name of names) t.is(intern(cache, name), name);
  t.is(cache.size, names.length);
});
