/** Laws of novelty: nothing later is known, restarts do not matter, the unit does not matter, bad input is quiet. */
import test from 'ava';
import { noveltyFields, noveltyHours, stepNovelty } from './novelty.js';
import { noveltyConfig, noveltyConfigHash, noveltyViews } from './noveltyConfig.js';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 0, 1);

/** A daily wave with noise that is the same in every run. */
function wave(rows: number): number[] {
  let seed = 7;
  return Array.from({ length: rows }, (_, i) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return 100 + 10 * Math.sin((2 * Math.PI * i) / 288) + 4 * (seed / 2 ** 32 - 0.5);
  });
}

function scores(
  values: readonly number[],
  stepMs = 5 * minuteMs,
  state = new Float64Array(noveltyFields),
  hours = new Float32Array(noveltyHours),
): number[] {
  return values.map((value, i) => stepNovelty(state, 0, hours, 0, startMs + i * stepMs, value));
}

const days = wave(288 * 7);
const threshold = 0.55;

test('a step, a spike, a drop and a burst of noise are said; the same signal without them is quiet', (t) => {
  const quiet = scores(days);
  t.deepEqual(quiet.filter((s) => s >= threshold).length, 0);
  const at = 288 * 6;
  const changed: Record<string, (v: number, i: number) => number> = {
    step: (v, i) => (i < at ? v : v + 30),
    spike: (v, i) => (i === at ? v + 40 : v),
    drop: (v, i) => (i < at ? v : v - 30),
    burst: (v, i) => (i < at || i > at + 50 ? v : v + (i % 2 === 0 ? 12 : -12)),
  };
  for (const [what, change] of Object.entries(changed)) {
    const first = scores(days.map(change)).findIndex((s) => s >= threshold);
    t.true(first >= at && first <= at + 48, `${what}: ${first} after ${at}`);
  }
});

test('a view left out says nothing, the others what they said', (t) => {
  const at = 288 * 6;
  const spike = days.map((v, i) => (i === at ? v + 40 : v));
  const whole = scores(spike)[at] as number;
  const lessened = noveltyViews.filter((without) => {
    const state = new Float64Array(noveltyFields);
    const hours = new Float32Array(noveltyHours);
    const config = { ...noveltyConfig, without };
    const less = spike.map((value, i) =>
      stepNovelty(state, 0, hours, 0, startMs + i * 5 * minuteMs, value, config),
    )[at] as number;
    t.true(less <= whole, without);
    return less < whole;
  });
  t.deepEqual(lessened, ['hour-of-week'], 'the largest of them is the score');
});

test('a score depends on nothing later', (t) => {
  const all = scores(days);
  for (const cut of [300, 1000, 1999]) t.deepEqual(scores(days.slice(0, cut)), all.slice(0, cut));
});

test('a state kept in between gives the same scores, wherever it is cut and wherever it lies', (t) => {
  const all = scores(days);
  const wide = new Float64Array(noveltyFields + 9);
  const wideHours = new Float32Array(noveltyHours + 3);
  const kept = days.map((value, i) => {
    if (i % 97 === 0) wideHours.set(Float32Array.from(wideHours));
    return stepNovelty(wide, 9, wideHours, 3, startMs + i * 5 * minuteMs, value);
  });
  t.deepEqual(kept, all);
  t.true(wide.subarray(0, 9).every((v) => v === 0));
  t.true(wideHours.subarray(0, 3).every((v) => v === 0));
});

test('another unit (kPa for psi) changes no score by more than 1 %', (t) => {
  const psi = scores(days);
  const kpa = scores(days.map((v) => v * 6.894757));
  psi.forEach((s, i) => t.true(Math.abs(s - (kpa[i] as number)) < 0.01));
});

test('a constant, nothing at all, one sample a day and 1 kHz are quiet', (t) => {
  const dayMs = 1440 * minuteMs;
  t.true(scores(days.map(() => 42)).every((s) => s === 0));
  t.true(scores(days.map(() => Number.NaN)).every((s) => s === 0));
  t.true(
    scores(
      days.slice(0, 400).map((_, i) => 42 + (i % 3)),
      dayMs,
    ).filter((s) => s >= threshold).length <= 2,
  );
  t.true(
    scores(days, 1).every((s) => s === 0),
    'two seconds are no day',
  );
});

test('every score is in [0, 1], whatever comes: infinite, huge, denormal, negative', (t) => {
  const odd = [Number.POSITIVE_INFINITY, 1e300, -1e300, 5e-324, 0, -0, Number.NEGATIVE_INFINITY, Number.NaN];
  const all = scores(days.map((v, i) => (i % 50 === 0 ? (odd[(i / 50) % odd.length] as number) : v)));
  t.true(all.every((s) => s >= 0 && s <= 1));
});

test('rows older than the last and duplicates of it neither break nor flood', (t) => {
  const state = new Float64Array(noveltyFields);
  const hours = new Float32Array(noveltyHours);
  const plain = scores(days, 5 * minuteMs, state, hours);
  const before = Float64Array.from(state);
  t.is(stepNovelty(state, 0, hours, 0, startMs, 1e6), 0);
  t.deepEqual(state, before, 'an old row teaches nothing');
  const twice = new Float64Array(noveltyFields);
  const twiceHours = new Float32Array(noveltyHours);
  const doubled = days.flatMap((value, i) =>
    [0, 1].map(() => stepNovelty(twice, 0, twiceHours, 0, startMs + i * 5 * minuteMs, value)),
  );
  t.true(doubled.filter((s) => s >= threshold).length <= 1 + plain.filter((s) => s >= threshold).length);
});

test('what was said is said again only when it grows', (t) => {
  const at = 288 * 6;
  const all = scores(days.map((v, i) => (i < at ? v : v + 30)));
  t.true(all.filter((s) => s >= threshold).length <= 3);
});

test('the hash names the configuration: another value, another hash', (t) => {
  t.is(noveltyConfigHash(), noveltyConfigHash({ ...noveltyConfig }));
  t.not(noveltyConfigHash(), noveltyConfigHash({ ...noveltyConfig, hourSamplesMin: 4 }));
});

test('stored, in four bytes a number (eight for times), state is at most 1 kB a signal', (t) => {
  const state = new Float64Array(noveltyFields);
  scores(wave(288 * 21), 5 * minuteMs, state);
  const wide = state.filter((v) => Math.fround(v) !== v).length;
  t.true(wide <= 2, `${wide} numbers of eight bytes`);
  t.true(4 * (noveltyFields + wide + noveltyHours) <= 1024 - 200);
});
