/** Laws of what the risk model learns from: targets, mixtures, pieces that are kept, alerts that are chosen. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { dayMs } from '../dayScore.js';
import { drawFrom } from '../simulator/draw.js';
import { drawLife } from '../simulator/life.js';
import { randomisation, randomisedRanges } from '../simulator/randomisedRanges.js';
import { settings } from '../simulator/ranges.js';
import type { WellFailure } from '../wellSeries.js';
import { chooseAlert, type RiskHistory } from './chooseAlert.js';
import { fitBoosting, boostingDefaults } from './gradientBoosting.js';
import { treesSum } from './boostedTrees.js';
import { joinPieces, type PieceOptions, rowPieces } from './rowPieces.js';
import { severityTargets } from './severityTargets.js';
import { fleetWell } from './trainingFleet.js';

const startMs = Date.UTC(2025, 0, 1);
const piece: PieceOptions = {
  setting: 'randomised',
  seed: 5,
  from: 0,
  wells: 2,
  days: 20,
  failuresWellYear: 9,
  keptShare: 0.5,
};

test('rows that were kept are read again, and are the rows that would be made', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'balancin-pieces-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const lines: string[] = [];
  const made = joinPieces([...rowPieces(piece, folder, (line) => lines.push(line))]);
  const again = joinPieces([...rowPieces(piece, folder, (line) => lines.push(line))]);
  t.is(lines.length, 1);
  t.is(readdirSync(folder).length, 1);
  t.true(made.rows > 0);
  t.deepEqual(again, made);
  t.deepEqual(joinPieces([...rowPieces(piece, null, () => {})]), made);
  t.is([...rowPieces({ ...piece, seed: 6 }, folder, (line) => lines.push(line))].length, 1);
  t.is(readdirSync(folder).length, 2);
});

test('the risk that trees learn comes true as often as it says', (t) => {
  const fleet: PieceOptions = { ...piece, wells: 1500, days: 180, failuresWellYear: 3 };
  let [said, came] = [0, 0];
  for (const [i, riskAt] of severityTargets(fleet).entries()) {
    const { simulation } = fleetWell(fleet, i);
    const { failure } = drawLife(simulation.ranges, { ...simulation, frequencyHz: 50, choke: 50 });
    const failedMs = failure === null ? Number.POSITIVE_INFINITY : failure.failureMs;
    for (let ms = startMs; ms < failedMs && ms < startMs + 180 * dayMs; ms += 7 * dayMs) {
      const [within7, later] = riskAt(ms);
      t.true(within7 >= 0 && within7 <= 1 && later >= 0 && later <= 1);
      said += within7;
      if (failure?.sudden === false && failedMs <= ms + 7 * dayMs) came++;
    }
  }
  t.true(came > 400 && Math.abs(said / came - 1) < 0.08, `${said} said, ${came} came`);
});

test('every well is trained on another mixture, within what was declared, and never on the settings that judge', (t) => {
  const drawn = [1, 2, 3, 4, 5, 6].map((seed) => randomisedRanges(drawFrom(seed)));
  t.true(new Set(drawn.map((ranges) => JSON.stringify(ranges))).size === 6);
  for (const ranges of drawn) {
    const [low, high] = randomisation.severityVariation;
    t.true(ranges.severityVariation >= low && ranges.severityVariation <= high);
    for (const judging of [settings.heavy, settings.deep]) {
      t.notDeepEqual(ranges.rateM3DLog, judging.rateM3DLog);
      t.notDeepEqual(ranges.modes, judging.modes);
    }
  }
});

test('a direction holds at every split: more of that feature never lowers what the trees say', (t) => {
  const rows = 3000;
  const random = drawFrom(9);
  const values = Float32Array.from({ length: rows * 2 }, () => random.unit());
  // The first feature lowers the outcome in truth; told that it cannot, trees may only use the second.
  const outcome = Float32Array.from({ length: rows }, (_, r) =>
    (values[2 * r] as number) < 0.5 || (values[2 * r + 1] as number) > 0.8 ? 1 : 0,
  );
  const fit = (direction: Int8Array) =>
    fitBoosting(
      { values, rows, width: 2, outcome },
      { ...boostingDefaults, trees: 30, featureShare: 1, depth: 2, direction },
    );
  const rises = (trees: ReturnType<typeof fit>) =>
    treesSum(trees, Float32Array.from([0.9, 0.5]), 0) - treesSum(trees, Float32Array.from([0.1, 0.5]), 0);
  t.true(rises(fit(new Int8Array(2))) < -1);
  t.true(rises(fit(Int8Array.from([1, 0]))) >= -1e-6);
});

const failure = (day: number): WellFailure => ({
  mode: 'sand',
  onsetMs: startMs + (day - 20) * dayMs,
  failureMs: startMs + day * dayMs,
  detectableFromMs: startMs + (day - 15) * dayMs,
  sudden: false,
});

function history(risk: (day: number) => number, failed: WellFailure | null): RiskHistory {
  const days = failed === null ? 100 : Math.floor((failed.failureMs - startMs) / dayMs);
  return {
    timesMs: Float64Array.from({ length: days }, (_, d) => startMs + d * dayMs),
    risk7: Float64Array.from({ length: days }, (_, d) => risk(d)),
    failure: failed,
  };
}

test('the alert opens as low as false alarms allow, and no lower', (t) => {
  const calm = Array.from({ length: 9 }, () => history(() => 0.01, null));
  const nervous = history((d) => (d % 10 === 5 ? 0.2 : 0.01), null);
  const failing = [0.9, 0.5, 0.3].map((most) => history((d) => (d > 82 ? most : 0.01), failure(90)));
  const chosen = chooseAlert([...calm, nervous, ...failing]);
  t.is(chosen.eventRecall, 1);
  t.is(chosen.falseAlarmsPerWellMonth, 0);
  t.true(chosen.alert.open > 0.2 && chosen.alert.open <= 0.3);
  t.true(chosen.alert.close < chosen.alert.open);
  // A failure that looks like any nervous day cannot be told for so few false alarms.
  const hidden = chooseAlert([...calm, nervous, history((d) => (d > 82 ? 0.2 : 0.01), failure(90))]);
  t.is(hidden.eventRecall, 0);
});
