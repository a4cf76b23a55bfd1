/** Laws of how an alert of the risk model ends, by what sites recorded. */
import test from 'ava';
import { type AlertEnding, evaluateLive, type RiskAlert } from './alertEndings.js';
import type { EspOutcomeRecord } from './readOutcomes.js';

const dayMs = 86_400_000;
const day = (n: number): number => Date.UTC(2026, 0, 1, 6) + n * dayMs;
const nowMs = day(200);

const alert = (wellId: number, from: number, until: number | null): RiskAlert => ({
  wellId,
  startMs: day(from),
  endMs: until === null ? null : day(until),
  mode: 'sand',
});
const pulled = (
  wellId: number,
  at: number,
  over: Partial<Extract<EspOutcomeRecord, { kind: 'pulled' }>> = {},
): EspOutcomeRecord => ({
  kind: 'pulled',
  wellId,
  atMs: day(at),
  failedMs: null,
  reason: 'OTHER',
  mode: null,
  cause: null,
  finding: 'NOT_INSPECTED',
  ...over,
});
const failed = (wellId: number, at: number, mode = 'sand'): EspOutcomeRecord =>
  pulled(wellId, at + 2, { failedMs: day(at), reason: 'FAILURE', mode });
const inspected = (wellId: number, at: number, finding: 'CONFIRMED' | 'NOT_FOUND'): EspOutcomeRecord => ({
  kind: 'inspected',
  wellId,
  atMs: day(at),
  mode: 'sand',
  finding,
});

const cases: readonly [string, RiskAlert, readonly EspOutcomeRecord[], AlertEnding, boolean][] = [
  ['a failure while it stands', alert(1, 100, null), [failed(1, 105)], 'failed', false],
  [
    'a failure after an inspection that found it',
    alert(1, 100, null),
    [inspected(1, 101, 'CONFIRMED'), failed(1, 105)],
    'failed',
    true,
  ],
  [
    'pulled before, damage there',
    alert(1, 100, 106),
    [pulled(1, 106, { reason: 'PREVENTIVE', finding: 'CONFIRMED' })],
    'prevented',
    true,
  ],
  [
    'pulled before, no damage',
    alert(1, 100, 106),
    [pulled(1, 106, { reason: 'PREVENTIVE', finding: 'NOT_FOUND' })],
    'not-found',
    true,
  ],
  [
    'pulled before, not taken apart yet',
    alert(1, 100, 106),
    [pulled(1, 106, { reason: 'PREVENTIVE' })],
    'open',
    true,
  ],
  [
    'pulled for another reason, damage there',
    alert(1, 100, 106),
    [pulled(1, 106, { finding: 'CONFIRMED' })],
    'prevented',
    false,
  ],
  [
    'inspected, damage there, pump stays',
    alert(1, 100, null),
    [inspected(1, 103, 'CONFIRMED')],
    'confirmed',
    true,
  ],
  ['inspected, nothing there', alert(1, 100, null), [inspected(1, 103, 'NOT_FOUND')], 'not-found', true],
  [
    'the last inspection counts',
    alert(1, 100, null),
    [inspected(1, 103, 'NOT_FOUND'), inspected(1, 110, 'CONFIRMED')],
    'confirmed',
    true,
  ],
  ['closed, 30 days and nothing came', alert(1, 100, 120), [], 'not-found', false],
  ['closed not long ago', alert(1, 150, 180), [], 'open', false],
  ['it stands', alert(1, 20, null), [], 'open', false],
  ['a failure of another well', alert(1, 100, 120), [failed(2, 105)], 'not-found', false],
  ['a failure before it', alert(1, 100, 120), [failed(1, 90)], 'not-found', false],
  ['a failure long after it closed', alert(1, 100, 110), [failed(1, 150)], 'not-found', false],
];

for (const [title, one, records, ending, actedOn] of cases)
  test(`${title}: ${ending}`, (t) => {
    const { alerts } = evaluateLive([one], records, { nowMs, wellDays: 100 });
    t.is(alerts[0]?.ending, ending);
    t.is(alerts[0]?.actedOn, actedOn);
  });

test('prevented counts as true, what was acted on is told apart, failures without a warning are missed', (t) => {
  const live = evaluateLive(
    [alert(1, 100, 105), alert(2, 100, 106), alert(3, 100, 103), alert(4, 100, 120), alert(5, 190, null)],
    [
      failed(1, 105),
      pulled(2, 106, { reason: 'PREVENTIVE', finding: 'CONFIRMED', mode: 'worn_stage' }),
      inspected(3, 102, 'NOT_FOUND'),
      failed(6, 120),
    ],
    { nowMs, wellDays: 304.4 },
  );
  t.deepEqual(live.endings, { confirmed: 0, failed: 1, prevented: 1, 'not-found': 2, open: 1 });
  t.is(live.precision, 2 / 4);
  t.is(live.actedOn, 2);
  t.is(live.precisionNotActedOn, 1 / 2);
  t.deepEqual([live.failures, live.failuresWarned, live.recall], [2, 1, 0.5]);
  t.is(live.leadMedianH, 120);
  t.is(live.modeTop1, 1 / 2);
  t.true(Math.abs((live.falseAlarmsPerWellMonth ?? 0) - 0.2) < 1e-9);
});

test('without alerts and failures nothing is made of nothing', (t) => {
  const live = evaluateLive([], [], { nowMs, wellDays: 0 });
  t.deepEqual(
    [live.precision, live.recall, live.leadMedianH, live.modeTop1, live.falseAlarmsPerWellMonth],
    [null, null, null, null, null],
  );
});
