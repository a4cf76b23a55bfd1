/** What an ESP costs: a minute of its signals into features, a due well scored by trees and net in WASM. */
import type { Bench, BenchSize } from '#ops/bench/bench.js';
import { measure, measureTimes } from '#ops/bench/measure.js';
import { resultHash } from '#ops/bench/resultHash.js';
import { loadWasm } from '../serving/backend.js';
import { readEquipment } from './equipment.js';
import { handMadeWell } from './features/handMadeWell.fixture.js';
import { WellFeatures } from './features/wellFeatures.js';
import { DueRows } from './model/dueRows.js';
import { loadRiskModel } from './model/riskArtifact.js';
import { FastRules } from './rules/fastRules.js';

const minuteMs = 60_000;
const minutesOf = { smoke: 3000, full: 40_000 } as const;
const wellsOf = { smoke: 4, full: 64 } as const;
const startMs = Date.UTC(2025, 0, 1);

export const bench: Bench = {
  name: 'espScores',
  about: 'ESP wells: one-minute rows into features and rules, wells due scored in batches by WASM.',
  async run(size: BenchSize) {
    const [minutes, wells] = [minutesOf[size], wellsOf[size]];
    const row = handMadeWell(1);
    const rows = Array.from({ length: 600 }, () => Float32Array.from(row()));
    let well = new WellFeatures(readEquipment({}));
    const live = () => {
      well = new WellFeatures(readEquipment({}));
      for (let m = 0; m < minutes; m++)
        well.push(startMs + m * minuteMs, rows[m % rows.length] as Float32Array);
    };
    const features = measure(live, { units: minutes, ...measureTimes[size] });
    let changes = 0;
    const watch = () => {
      const rules = new FastRules();
      changes = 0;
      for (let m = 0; m < minutes; m++)
        changes += rules.push(startMs + m * minuteMs, rows[m % rows.length] as Float32Array).length;
    };
    const rules = measure(watch, { units: minutes, ...measureTimes[size] });

    const backend = await loadWasm();
    const loaded = await loadRiskModel(backend, import.meta.resolve('#models/esp/artifact'));
    const dueMs = startMs + minutes * minuteMs;
    well.advance(dueMs);
    let risk = Number.NaN;
    const score = () => {
      const due = new DueRows();
      for (let i = 0; i < wells; i++) due.add(well, dueMs);
      risk = due.score(backend, loaded)[0]?.risk7 ?? Number.NaN;
    };
    const scored = measure(score, { units: wells, ...measureTimes[size] });
    loaded.model.net.dispose();
    const usOf = (rate: number) => 1e6 / rate;
    return {
      inputs: { minutes, wells },
      cases: [
        {
          name: 'features',
          unit: 'well-minutes',
          rate: features.rate,
          ratioToFloor: null,
          hash: resultHash([well.days.length, well.baseline.hours]),
          figures: { usPerWellMinute: usOf(features.rate) },
        },
        {
          name: 'rules for fast events',
          unit: 'well-minutes',
          rate: rules.rate,
          ratioToFloor: null,
          hash: resultHash([changes]),
          figures: { usPerWellMinute: usOf(rules.rate) },
        },
        {
          name: 'scores',
          unit: 'wells',
          rate: scored.rate,
          ratioToFloor: null,
          hash: resultHash([Math.round(risk * 1e5)]),
          figures: { usPerWell: usOf(scored.rate) },
        },
      ],
    };
  },
};
