/** Laws of the signal catalogue. */
import test from 'ava';
import { limitsOf, signalOf, signals } from './catalogue.js';
import { unknownLimits } from './qualityLimits.js';
import { isSentinel, sentinels } from './sentinels.js';
import { threeWColumns } from './threeW.js';

test('a canonical name belongs to one signal', (t) => {
  t.is(new Set(signals.map((s) => s.tag)).size, signals.length);
});

test('every signal has a range with room in it, and words in both languages', (t) => {
  for (const s of signals) {
    t.true(s.low < s.high, s.tag);
    t.true(s.description.es.length > 0 && s.description.en.length > 0, s.tag);
    t.regex(s.tag, /^[a-z][a-z0-9_.]+$/);
  }
});

test('every 3W column names a signal of the catalogue, each another one', (t) => {
  const tags = Object.values(threeWColumns).map((c) => c.tag);
  for (const tag of tags) t.truthy(signalOf(tag), tag);
  t.is(new Set(tags).size, tags.length);
});

test('3W pressures become kPa, and flows a day', (t) => {
  t.is(2.1e7 * (threeWColumns['P-PDG']?.factor ?? 0), 21_000);
  t.is(2 * (threeWColumns['QGL']?.factor ?? 0), 172_800);
});

test('sentinels are known as float32 to the bit, and never inside a physical range that would need them', (t) => {
  for (const s of sentinels) t.true(isSentinel(s));
  t.false(isSentinel(-99.98));
  t.false(isSentinel(Number.NaN));
  t.is(sentinels.length, 4);
});

test('a tag that is not in the catalogue gets limits that assume nothing', (t) => {
  t.is(limitsOf('acme.custom'), unknownLimits);
  t.is(signalOf('acme.custom'), undefined);
  t.is(limitsOf('esp.pip').frozenMinutes, 60);
});
