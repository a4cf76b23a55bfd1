import test from 'ava';
import { asTenant } from '#pipelines/database/asTenant.js';
import { createPool } from '#pipelines/database/pool.js';
import { createSite } from '#pipelines/tenants/createSite.js';
import { createTenant } from '#pipelines/tenants/createTenant.js';
import { createWell } from '#pipelines/tenants/createWell.js';
import { seededRandom } from '#models/flow-autoencoder/random.js';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { readRiskAlerts } from '../esp/readRiskAlerts.js';
import { readOutcomes } from '../esp/readOutcomes.js';
import { evaluateLive } from '../esp/alertEndings.js';
import { measureTenantDrift } from './driftJob.js';
import { measureDrift, type DriftRow } from './measureDrift.js';
import { stabilityIndex } from './stabilityIndex.js';

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 5, 1, 12);

test('the index by hand: shares of .1 that become .2 and 0 in one decile each', (t) => {
  const reference = Array.from({ length: 1000 }, (_, i) => i);
  t.is(stabilityIndex(reference, reference), 0);
  const moved = reference.map((x) => (x < 100 ? x + 100 : x));
  const empty = 0.5 / 1000;
  const byHand = (0.2 - 0.1) * Math.log(2) + (empty - 0.1) * Math.log(empty / 0.1);
  t.true(Math.abs(stabilityIndex(reference, moved) - byHand) < 0.01);
  t.is(stabilityIndex([1, 2, 3], [4, 5]), 0, 'too few to have deciles');
});

function rowsOf(wells: number, fromDay: number, days: number, shift: number): DriftRow[] {
  const random = seededRandom(fromDay + 1);
  return Array.from({ length: wells * days }, (_, i) => ({
    wellId: i % wells,
    atMs: nowMs + (fromDay + Math.floor(i / wells)) * dayMs,
    risk7: 0.01,
    levels: { head: random() + shift, amps: random() },
  }));
}

test('a feature that moved is beyond its limit, one that did not is not; few wells prove little', (t) => {
  const reference = rowsOf(40, -90, 28, 0);
  const over = (wells: number, shift: number): string[] =>
    measureDrift({
      reference: wells === 40 ? reference : rowsOf(wells, -90, 28, 0),
      current: rowsOf(wells, -7, 7, shift),
      settled: [],
      failures: [],
    })
      .filter(({ value, limit }) => value > limit)
      .map(({ subject }) => subject);
  t.deepEqual(over(40, 0), []);
  t.deepEqual(over(40, 0.4), ['head']);
  t.deepEqual(over(3, 0.3), []);
});

test('failures that came are held against those that were said', (t) => {
  const settled = rowsOf(50, -90, 80, 0).map((row) => ({ ...row, risk7: 0.01 }));
  const figure = (failures: number) =>
    measureDrift({
      reference: [],
      current: [],
      settled,
      failures: Array.from({ length: failures }, (_, i) => ({ wellId: i, atMs: nowMs - 40 * dayMs })),
    }).find(({ kind }) => kind === 'calibration')!;
  const { expected, observed } = figure(6);
  t.true(Math.abs((expected ?? 0) - (50 * 80 * 0.01) / 7) < 1e-9);
  t.true(Math.abs((observed ?? 0) - 6) < 0.01);
  t.true(figure(6).value < figure(6).limit);
  t.true(figure(20).value > figure(20).limit);
});

test('the job writes figures, opens a finding once and closes it when it is over; live evaluation joins records', async (t) => {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(() => pool.end());
  await createTenant(pool, { slug: 'acme', name: 'Acme', plan: 'enterprise' });
  await createSite(pool, { tenant: 'acme', name: 'norte' });
  const wells = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      createWell(pool, { tenant: 'acme', site: 'norte', name: `E-${i}`, liftType: 'esp' }),
    ),
  );
  const ids = wells.map(({ wellId }) => wellId);
  const random = seededRandom(5);
  const insert = async (fromDay: number, days: number, shift: number): Promise<void> => {
    const rows = ids.flatMap((wellId) =>
      Array.from({ length: days }, (_, d) => ({
        at: new Date(nowMs + (fromDay + d) * dayMs),
        well_id: wellId,
        levels: { head: random() + shift },
      })),
    );
    await pool.query(
      `INSERT INTO t_acme.esp_risk
       SELECT r.at, r.well_id, false, 'esp-risk', '1.x', false, true, .01, 0, .1, .02, 0, .2, .2, false, 'sand', .5, 90, 100, 1, true,
              10, 'oil', 1, '{}', r.levels, 1
       FROM jsonb_to_recordset($1) AS r(at timestamptz, well_id int, levels jsonb)`,
      [JSON.stringify(rows)],
    );
  };
  await insert(-80, 28, 0);
  await insert(-6, 6, 2);
  const first = await measureTenantDrift(pool, 'acme', { nowMs });
  t.deepEqual([first.versions, first.opened], [1, ['esp-risk 1.x psi head']]);
  const again = await measureTenantDrift(pool, 'acme', { nowMs: nowMs + dayMs / 2 });
  t.deepEqual(again.opened, []);
  await insert(10, 6, 0);
  await measureTenantDrift(pool, 'acme', { nowMs: nowMs + 16 * dayMs });
  const { rows } = await asTenant(pool, 'acme', (client) =>
    client.query<{ open: boolean }>('SELECT closed_at IS NULL AS open FROM model_finding'),
  );
  t.deepEqual(rows, [{ open: false }]);

  await pool.query(
    `INSERT INTO t_acme.anomaly VALUES ($1, NULL, 'a', $2, NULL, false, 'esp-risk', 'process', 'warning', .3, NULL, NULL, NULL, 'sand', 1)`,
    [new Date(nowMs - 10 * dayMs), ids[0]],
  );
  const body = {
    well: 'E-0',
    equipment: 'ESP',
    pulledMs: nowMs - 3 * dayMs,
    reason: 'FAILURE',
    mode: 'sand',
  };
  await pool.query(
    `INSERT INTO t_acme.site_record VALUES ('EquipmentPulled', 'p1', 'norte', 1, false, $1, $2, 1)`,
    [ids[0], JSON.stringify(body)],
  );
  const live = await asTenant(pool, 'acme', async (client) => {
    const { alerts, wellDays } = await readRiskAlerts(client, { fromMs: nowMs - 60 * dayMs, untilMs: nowMs });
    return evaluateLive(alerts, await readOutcomes(client), { nowMs, wellDays });
  });
  t.is(live.endings.failed, 1);
  t.is(live.recall, 1);
  t.is(live.leadMedianH, 7 * 24);
});
