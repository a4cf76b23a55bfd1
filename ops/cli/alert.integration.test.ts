import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { pluggedFrames } from '#topologies/test/pluggedWell.fixture.js';
import { eventually, openTestCell, tenant } from '#topologies/test/testCell.js';

const launcher = fileURLToPath(import.meta.resolve('#ops/cli/balancin.js').replace('/dist/', '/'));
const run = promisify(execFile);
const minuteMs = 60_000;
const t0 = Date.UTC(2026, 0, 10, 6);

const who = { tenant, site: 'norte', well: 'W-1' };

test('an event is one alert: told, shown in both languages, answered from the command line, counted', async (t) => {
  const shadow = {
    name: 'slow',
    wells: [{ tenant, site: 'norte' }],
    alerts: [{ limits: { onDelayMs: 3 * minuteMs } }],
  };
  const cell = await openTestCell(t, {
    wells: [{ site: 'norte', well: 'W-1' }],
    detection: { rules: [], shadow },
  });
  const env = { ...process.env, DATABASE_URL: cell.thread.databaseUrl };
  const cwd = mkdtempSync(join(tmpdir(), 'balancin-alert-'));
  const balancin = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [launcher, ...args, '--tenant', tenant], { env, cwd });
    return stdout;
  };
  const untilState = async (state: string): Promise<void> => {
    await eventually(t, `an alert that is ${state}`, async () => {
      const rows = await cell.rows<{ state: string }>('SELECT state FROM alert_latest');
      return rows.some((row) => row.state === state);
    });
  };
  const supervisor = cell.startWorkers(1);
  await cell.publish(pluggedFrames(who, [0, 58], { t0 }));
  await untilState('unacknowledged');

  const { alerts } = JSON.parse(await balancin('alert', 'list', '--days', '20000', '--json')) as {
    alerts: { alertId: string; detail: { signals: { tag: string }[]; causes: string[] } }[];
  };
  t.is(alerts.length, 1);
  const id = alerts[0]?.alertId ?? '';
  // The rate may have joined it by now.
  const tags = alerts[0]?.detail.signals.map(({ tag }) => tag) ?? [];
  t.true(tags.includes('well.flp') && tags.includes('well.whp'), tags.join(', '));
  t.is(alerts[0]?.detail.causes[0], 'pluggedFlowline');
  const es = await balancin('alert', 'show', id);
  t.regex(es, /sin reconocer · prioridad \w+ · norte\/W-1/);
  t.regex(es, /Causa probable: Línea de flujo obstruida/);
  t.regex(es, /Petróleo diferido: [\d,.]+ m³\/d/);
  t.regex(await balancin('alert', 'show', id, '--lang', 'en'), /Likely cause: Plugged flowline/);

  const byAna = ['--site', 'norte', '--well', 'W-1', '--by', 'ana'];
  await balancin('alert', 'act', 'acknowledge', ...byAna);
  await untilState('acknowledged');
  await balancin('alert', 'act', 'feedback', ...byAna, '--feedback', 'true');
  await cell.publish(pluggedFrames(who, [58, 60], { t0 }));
  await eventually(t, 'the feedback', async () => {
    const rows = await cell.rows('SELECT 1 FROM alert_latest WHERE feedback IS NOT NULL');
    return rows.length > 0;
  });
  const statistics = JSON.parse(await balancin('alert', 'statistics', '--days', '20000', '--json')) as {
    announced: number;
    feedback: object;
    worstActors: object[];
  };
  t.is(statistics.announced, 1);
  t.deepEqual(statistics.feedback, { true: 1, false: 0, known: 0 });
  t.is(statistics.worstActors.length, 1);
  await eventually(
    t,
    'the alert of the shadow',
    async () => (await cell.rows('SELECT 1 FROM shadow_alert')).length > 0,
  );
  const day = ['--from', '2026-01-10T00:00:00Z', '--to', '2026-01-11T00:00:00Z'];
  const compared = JSON.parse(await balancin('detector', 'compare', ...day, '--json')) as {
    shadow: string;
    wells: number;
    wellDays: number;
    both: { delayS: number }[];
    onlyOld: object[];
    onlyNew: object[];
    feedback: { both: { true: number } };
  };
  t.like(compared, { shadow: 'slow', wells: 1, onlyOld: [], onlyNew: [] });
  t.is(compared.both.length, 1);
  t.is(compared.feedback.both.true, 1);
  t.true(compared.wellDays > 55 / 1440 && compared.wellDays <= 60 / 1440);
  t.regex(await balancin('detector', 'compare', ...day), /in both 1, only old 0, only new 0/);
  const other = await t.throwsAsync(balancin('detector', 'compare', ...day, '--shadow', 'fast'));
  t.regex(other?.message ?? '', /no shadow 'fast' ran/);
  const wrong = await t.throwsAsync(balancin('alert', 'act', 'shelve', ...byAna, '--hours', '8'));
  t.regex(wrong?.message ?? '', /shelve needs --reason/);
  await supervisor.stop();
});
