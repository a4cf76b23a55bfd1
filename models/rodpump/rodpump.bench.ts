/** What a surface card costs on its way to the pump: resampling, search of the damping, marching down. */
import type { Bench, BenchSize } from '#ops/bench/bench.js';
import { measure, measureTimes } from '#ops/bench/measure.js';
import { resultHash } from '#ops/bench/resultHash.js';
import { PumpCardSolver } from './wave/pumpCard.js';
import type { PumpCondition } from './wave/pumpModel.js';
import { resampleLoop } from './wave/resampleLoop.js';
import { rodString, steelSection } from './wave/rodString.js';
import { simulateStroke } from './wave/simulateStroke.js';

const cardsOf = { smoke: 6, full: 600 } as const;
const points = 200;
const periodS = 7.5;
const conditions: readonly PumpCondition[] = ['normal', 'fluid_pound', 'gas_interference'];
const strings = {
  'one size of rod': rodString([steelSection(1500, 22.2)]),
  'three sizes of rod': rodString([
    steelSection(600, 25.4),
    steelSection(700, 22.2),
    steelSection(800, 19.05),
  ]),
} as const;

export const bench: Bench = {
  name: 'rodpump',
  about: 'Surface cards of 200 points to pump cards, damping searched for each: at least 20 steps of depth.',
  run(size: BenchSize) {
    const cards = cardsOf[size];
    const cases = Object.entries(strings).map(([name, string]) => {
      const strokes = conditions.map((condition) => {
        const { surface } = simulateStroke({
          string,
          pump: { condition, fluidLoadN: 25_000, strokeM: 2.1, severity: 0.4, speedMS: 0.9, frictionN: 0 },
          periodS,
          polishedRodM: (phase) => 1.27 * (1 - Math.cos(2 * Math.PI * phase)),
          dampingPerS: 0.2,
          steps: 60,
          strokes: 4,
        });
        const positionM = new Float64Array(points);
        const loadN = new Float64Array(points);
        resampleLoop(surface.positionM, surface.positionM.length, positionM, points);
        resampleLoop(surface.loadN, surface.loadN.length, loadN, points);
        return { positionM, loadN, periodS };
      });
      const solver = new PumpCardSolver();
      let rounds = 0;
      const work = () => {
        rounds = 0;
        for (let i = 0; i < cards; i++) {
          solver.solve(string, strokes[i % strokes.length] as (typeof strokes)[number], 0);
          rounds += solver.rounds;
        }
      };
      const { rate } = measure(work, { units: cards, ...measureTimes[size] });
      const results = strokes.flatMap((stroke) => {
        solver.solve(string, stroke, 0);
        return [solver.levels.netM, solver.dampingPerS].map((value) => Math.round(value * 1000));
      });
      return {
        name,
        unit: 'cards',
        rate,
        ratioToFloor: null,
        hash: resultHash(results),
        figures: { usPerCard: 1e6 / rate, roundsOfDamping: rounds / cards, pointsOfTime: solver.points },
      };
    });
    return { inputs: { cards, points, periodS }, cases };
  },
};
