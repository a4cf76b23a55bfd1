/** Laws of the trials of tasks, on the database's own functions: what a claim finds of the deaths before it. */
import test, { type ExecutionContext } from 'ava';
import { createCommitter } from '#pipelines/commit/committer.js';
import type { Claim } from '#pipelines/commit/taskCommit.js';
import { createPool } from '#pipelines/database/pool.js';
import { Tally } from '#pipelines/tally.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createTaskTrials } from './taskTrials.js';

const topic = 'in';
const here = { topic, offset: 0 };

async function setUp(t: ExecutionContext) {
  const { url: databaseUrl } = await testDatabase(t, { template: migrated });
  // As the workers' own role: what it may not do fails here.
  const pool = createPool({ databaseUrl, name: 'test', role: 'balancin_worker' });
  const operator = createPool({ databaseUrl, name: 'test operator' });
  const committer = createCommitter({ databaseUrl, owner: 'me' });
  t.teardown(async () => {
    await committer.close();
    await pool.end();
    await operator.end();
  });
  const trials = createTaskTrials(pool, { graceMs: 0 });
  const claim = async (task = 0): Promise<Claim> => await committer.claim('flow', task, [topic]);
  /** Claims, is judged, reads, dies. */
  const die = async () => {
    const claimed = await claim();
    const verdict = await trials.judge(claimed);
    await trials.begin([claimed]);
    return { claimed, verdict };
  };
  const advance = async (claimed: Claim, next: number) =>
    await committer.commit([
      {
        claim: claimed,
        commitNumber: claimed.commitNumber + 1,
        expectedOffsets: claimed.nextOffsets,
        nextOffsets: new Map([[topic, next]]),
        clockMs: 1,
        arrivedMs: 1,
        rows: [],
        state: [],
        outbox: [],
        tally: new Tally(),
      },
    ]);
  const judgeAnew = async () => await trials.judge(await claim());
  /** As another thread, or another life of it: judged, it is about to restore. */
  const restoreAs = async (owner: string) => {
    const other = createCommitter({ databaseUrl, owner });
    const claimed = await other.claim('flow', 0, [topic]);
    await other.close();
    const verdict = await trials.judge(claimed);
    if (verdict.state !== 'quarantined' && verdict.restoresAlone === true) await trials.beginRestore(claimed);
    return { claimed, verdict };
  };
  return { trials, claim, die, advance, judgeAnew, operator, restoreAs };
}

test('after two deaths at one place a task runs alone; the record it dies on then is condemned; then it is quarantined', async (t) => {
  const { trials, die, claim, judgeAnew, operator } = await setUp(t);
  t.deepEqual((await die()).verdict, { state: 'free' });
  t.deepEqual((await die()).verdict, { state: 'free' });
  const third = await claim();
  t.deepEqual(await trials.judge(third), { state: 'alone', condemned: null });
  t.true(await trials.suspect(third, here));
  const fourth = await claim();
  t.deepEqual(await trials.judge(fourth), { state: 'alone', condemned: here });
  t.true(await trials.suspect(fourth, here));
  const verdict = await judgeAnew();
  t.is(verdict.state, 'quarantined');
  t.regex(verdict.state === 'quarantined' ? verdict.reason : '', /in\/0\/0/);
  t.is((await judgeAnew()).state, 'quarantined', 'for whoever claims it');
  t.deepEqual(await trials.resumed('flow', [0]), []);
  await operator.query(`SELECT balancin.resume_task('flow', 0)`);
  t.deepEqual(await trials.resumed('flow', [0]), [0]);
  t.deepEqual(await judgeAnew(), { state: 'free' });
});

test('an advance makes the next death the first, and clears the record that was passed', async (t) => {
  const { die, advance, trials, claim, judgeAnew } = await setUp(t);
  await die();
  const { claimed } = await die();
  await advance(claimed, 5);
  t.deepEqual((await die()).verdict, { state: 'free' }, 'died once at 5');
  const alone = await claim();
  t.deepEqual(await trials.judge(alone), { state: 'alone', condemned: null });
  await trials.suspect(alone, { topic, offset: 5 });
  await advance(alone, 6);
  t.deepEqual(
    await judgeAnew(),
    { state: 'alone', condemned: null },
    'the record was passed: it is not to blame',
  );
});

test('an owner that leaves has not died, and one that has read nothing neither', async (t) => {
  const { die, trials, claim, judgeAnew } = await setUp(t);
  for (let n = 0; n < 4; n++) {
    const { claimed } = await die();
    await trials.leave(claimed, { state: null, reason: null });
    await trials.judge(await claim());
  }
  t.deepEqual(await judgeAnew(), { state: 'free' });
});

test('an owner that lives and leaves late takes back what was counted of it', async (t) => {
  const { die, trials, claim, judgeAnew } = await setUp(t);
  await die();
  const late = await die();
  const next = await claim();
  t.is((await trials.judge(next)).state, 'alone');
  await trials.leave(late.claimed, { state: null, reason: null });
  t.deepEqual(await judgeAnew(), { state: 'free' });
});

test('a claim that is no longer the last is not judged, and its record is not written down', async (t) => {
  const { trials, claim } = await setUp(t);
  const old = await claim();
  await trials.judge(old);
  const young = await claim();
  await t.throwsAsync(trials.judge(old), { code: 'FENCED' });
  await trials.judge(young);
  t.false(await trials.suspect(old, here));
  await trials.begin([old]);
  t.deepEqual(await trials.judge(await claim()), { state: 'free' });
});

test('an operator that throws at the end of a cycle makes its task run alone, until it is trusted again', async (t) => {
  const { trials, claim, judgeAnew } = await setUp(t);
  const first = await claim();
  await trials.judge(first);
  await trials.leave(first, { state: 'alone', reason: null });
  const second = await claim();
  t.deepEqual(await trials.judge(second), { state: 'alone', condemned: null });
  await trials.leave(second, { state: 'free', reason: null });
  t.deepEqual(await judgeAnew(), { state: 'free' });
});

test('why a task is stopped is kept for who looks from outside, and gone once it is claimed again', async (t) => {
  const { trials, claim, operator } = await setUp(t);
  await trials.noteStopped('flow', 7, 'state of another version');
  const reason = async () =>
    (await operator.query<{ reason: string | null }>(`SELECT reason FROM balancin.task_trial WHERE task = 7`))
      .rows;
  t.deepEqual(await reason(), [{ reason: 'state of another version' }]);
  t.deepEqual(await trials.resumed('flow', [7]), []);
  t.deepEqual(await trials.judge(await claim(7)), { state: 'free' });
  t.deepEqual(await reason(), [{ reason: null }]);
});

test('three deaths while one state is restored quarantine its task, until an operator resumes it', async (t) => {
  const { trials, restoreAs, operator } = await setUp(t);
  t.deepEqual((await restoreAs('a')).verdict, { state: 'free' });
  t.deepEqual((await restoreAs('b')).verdict, { state: 'free', restoresAlone: true });
  t.deepEqual((await restoreAs('c')).verdict, { state: 'free', restoresAlone: true });
  const { verdict } = await restoreAs('d');
  t.is(verdict.state, 'quarantined');
  t.regex(verdict.state === 'quarantined' ? verdict.reason : '', /3 times while they restored/);
  await operator.query(`SELECT balancin.resume_task('flow', 0)`);
  t.deepEqual(await trials.resumed('flow', [0]), [0]);
  t.deepEqual((await restoreAs('e')).verdict, { state: 'free' });
});

test('a restore that ends counts nothing: done, failed by an owner that lives, or late', async (t) => {
  const { trials, restoreAs, advance } = await setUp(t);
  await restoreAs('a');
  await restoreAs('b');
  const restored = await restoreAs('c');
  await trials.endRestore(restored.claimed, true);
  t.deepEqual((await restoreAs('d')).verdict, { state: 'free' }, 'restored: the next death is the first');
  t.deepEqual((await restoreAs('d')).verdict, { state: 'free' }, 'the same owner again: it lives');
  const late = await restoreAs('e');
  t.deepEqual(late.verdict, { state: 'free', restoresAlone: true });
  await restoreAs('f');
  await trials.endRestore(late.claimed, false);
  const last = await restoreAs('g');
  t.is(last.verdict.state, 'free', 'e lived: d and f alone died');
  await advance(last.claimed, 5);
  t.deepEqual((await restoreAs('h')).verdict.state, 'free', 'another state');
});
