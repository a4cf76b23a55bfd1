/** Laws of wells out of service: what is stamped, what detectors make of it, what is kept. */
import test from 'ava';
import type { SiteRecord } from '#schemas/records/siteRecord.js';
import { service, type WindowBatch } from '#schemas/records/windowAggregate.js';
import { createDetectOperator } from '../detect/detectOperator.js';
import { wellForTest, windowBatchOf } from '../features/minuteSeries.js';
import { interventionsMax } from './interventions.js';
import { createServiceOperator } from './serviceOperator.js';

const minuteMs = 60_000;
type Service = ReturnType<typeof createServiceOperator>;
let clock = 0;

function record(body: Record<string, unknown>, over: Partial<SiteRecord> = {}): SiteRecord {
  const { tenant } = wellForTest(1);
  return {
    tenant,
    site: 'norte',
    recordId: 'job-1',
    hlc: ++clock,
    tombstone: false,
    kind: 'Intervention',
    wellId: 1,
    body: { well: 'w1', kind: 'WORKOVER', ...body },
    ...over,
  };
}

function note(operator: Service, ...records: readonly SiteRecord[]): Service {
  for (const value of records) operator.process({ from: 'records', value }, () => {});
  return operator;
}

/** The code of each minute of a well, two tags a minute. */
function codes(operator: Service, minutes: readonly number[], wellId = 1): number[] {
  const found: number[] = [];
  for (const minute of minutes) {
    const rows = [1, 2].map((tagId) => ({ well: wellForTest(wellId), tagId, minute, values: [1] }));
    operator.process({ from: 'minutes', value: windowBatchOf(rows) }, (batch: WindowBatch) => {
      const [code = -1, other] = batch.service;
      found.push(code === other ? code : -1);
    });
  }
  return found;
}

function moved(operator: Service): Service {
  const next = createServiceOperator();
  operator.state?.drainAll({ put: (key, value) => next.state?.restore(key, value), remove: () => {} });
  return next;
}

const { in: on, back, maintenance, workover } = service;

/*
 *  minute     9    10   11   12   13      workover from 10 to the middle of 11
 *  code       in   out  out  back in
 */
test('minutes that touch a workover are out of service, the first one after says so, other wells go on', (t) => {
  const body = { startMs: 10 * minuteMs, endMs: 11.5 * minuteMs };
  const operator = note(createServiceOperator(), record(body));
  t.deepEqual(codes(operator, [9, 10, 11, 12, 13]), [on, workover, workover, back, on]);
  t.deepEqual(codes(operator, [10, 11], 2), [on, on]);
});

test('a well that was silent all the while begins as it was; one that spoke is back, also after a move of the task', (t) => {
  const body = { startMs: 10 * minuteMs, endMs: 20 * minuteMs };
  t.deepEqual(codes(note(createServiceOperator(), record(body)), [9, 20]), [on, on]);
  const operator = note(createServiceOperator(), record(body));
  t.deepEqual(codes(operator, [12]), [workover]);
  const after = moved(operator);
  t.deepEqual(codes(after, [19, 25]), [workover, back]);
  t.deepEqual(codes(moved(after), [25, 26]), [back, on]);
});

test('a workover without an end lasts until a newer version ends it; an older one is no news; taken back it never was', (t) => {
  const open = record({ startMs: 10 * minuteMs });
  const ended = record({ startMs: 10 * minuteMs, endMs: 30 * minuteMs });
  t.deepEqual(codes(note(createServiceOperator(), open), [99]), [workover]);
  t.deepEqual(codes(note(createServiceOperator(), open, ended), [29, 31]), [workover, back]);
  t.deepEqual(codes(note(createServiceOperator(), ended, open), [29, 31]), [workover, back]);
  const taken = record({ startMs: 10 * minuteMs }, { tombstone: true });
  t.deepEqual(codes(note(createServiceOperator(), open, taken), [29]), [on]);
});

test('a workover outweighs maintenance at the same time', (t) => {
  const operator = note(
    createServiceOperator(),
    record({ startMs: 10 * minuteMs, endMs: 12 * minuteMs }),
    record({ kind: 'MAINTENANCE', startMs: 11 * minuteMs, endMs: 14 * minuteMs }, { recordId: 'job-2' }),
  );
  t.deepEqual(codes(operator, [10, 11, 12, 13, 14]), [workover, workover, maintenance, maintenance, back]);
});

test('kept are eight interventions a well, those that end last, and as many wells as there may be', (t) => {
  const jobs = Array.from({ length: interventionsMax + 1 }, (_, n) =>
    record({ startMs: n * 10 * minuteMs, endMs: (n * 10 + 5) * minuteMs }, { recordId: `job-${n}` }),
  );
  const operator = note(createServiceOperator({ wellsMax: 1 }), ...jobs);
  t.deepEqual(codes(operator, [2, 12, 82]), [on, workover, workover]);
  t.is(operator.refused, 0);
  note(operator, record({ startMs: 0 }, { wellId: 2 }));
  t.is(operator.refused, 1);
  const long = 'x'.repeat(1_000);
  let bytes = 0;
  for (const job of jobs) note(operator, { ...job, hlc: ++clock, recordId: long + job.recordId });
  operator.state?.drainAll({ put: (_key, value) => (bytes = value.length), remove: () => {} });
  t.true(bytes < 2_048, `${bytes} bytes`);
});

test('while it lasts detectors find and learn nothing; afterwards they begin anew, and what was open has ended', (t) => {
  const first = 30_000_000;
  const level = (m: number, fault: number): number => {
    if (m < 110) return m < 100 ? 10_000 : 10_000 + fault;
    return m < 300 ? 2_000 + 500 * (m % 7) : 6_000;
  };
  const run = (kind: string | null, fault: number) => {
    const serving = createServiceOperator();
    if (kind !== null)
      note(serving, record({ kind, startMs: (first + 110) * minuteMs, endMs: (first + 300) * minuteMs }));
    const detect = createDetectOperator({ tagName: () => 'well.whp' });
    const found: [string, boolean, number][] = [];
    for (let m = 0; m < 600; m++) {
      const values = [level(m, fault) + Math.sin(m * 1.7), level(m, fault) + Math.sin(m)];
      const batch = windowBatchOf([{ well: wellForTest(1), tagId: 1, minute: first + m, values }]);
      serving.process({ from: 'minutes', value: batch }, (stamped) =>
        detect.process(stamped, (a) => found.push([a.detector, a.endMs === null, m])),
      );
    }
    return found;
  };
  t.true(run(null, 0).length > 0, 'without a record it is a finding');
  for (const kind of ['WORKOVER', 'MAINTENANCE']) {
    t.deepEqual(run(kind, 0), []);
    t.deepEqual(run(kind, 4_000), [
      ['robust-level', true, 104],
      ['robust-level', false, 300],
    ]);
  }
});
