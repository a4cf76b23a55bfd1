/** The way of a drawn stroke to the classifier: as a measured one goes, through the wave equation and its search of damping. */
import { extentOf } from '../wave/loop.js';
import type { PumpCardSolver } from '../wave/pumpCard.js';
import { weightInFluidN } from '../wave/rodString.js';
import type { DownholeCard } from './downholeInput.js';
import type { DrawnStroke } from './randomStroke.js';

/** `fluidKnown` false: as for a well whose file has no specific gravity. The solver's levels are those of this stroke then. */
export function solvedStroke(solver: PumpCardSolver, drawn: DrawnStroke, fluidKnown: boolean): DownholeCard {
  const { rods, fluidSg, positionM, loadN } = drawn;
  solver.solve(rods, drawn, fluidKnown ? fluidSg : 0);
  const stroke = extentOf(positionM);
  const load = extentOf(loadN);
  return {
    positionM: solver.positionM.slice(0, solver.points),
    loadKn: solver.loadN.slice(0, solver.points).map((n) => n / 1000),
    surfaceStrokeM: stroke.high - stroke.low,
    surfaceRangeKn: (load.high - load.low) / 1000,
    rodWeightKn: fluidKnown ? weightInFluidN(rods, fluidSg) / 1000 : null,
  };
}
