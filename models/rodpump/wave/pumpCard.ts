/** From a surface card to the card at the pump: resamples, finds the damping, marches down. */
import { dampingForLoss, dampingOf, dampingRange } from './damping.js';
import { EverittJennings } from './everittJennings.js';
import { type Grid, gridOf, pointsMax } from './grid.js';
import { areaOf, type Columns, extentOf } from './loop.js';
import { resampleLoop } from './resampleLoop.js';
import { type RodString, soundMS, weightInFluidN } from './rodString.js';
import { emptyLevels, readLevels } from './strokeLevels.js';

export interface SurfaceStroke {
  /** m, positive up, at equal times of one stroke. */
  readonly positionM: Columns;
  /** N, as measured: with the rods' weight. */
  readonly loadN: Columns;
  readonly periodS: number;
}

/** c still moves by less than this share of the work put in: enough for four digits of the pump's work. */
const balanceShare = 1e-3;
const roundsMax = 12;
/** From far too much damping the search does not come back, so it begins low and goes up in steps. */
const growthMax = 1.6;

/**
 * Holds its buffers: after the first card of a well no array is allocated. Results stand in its fields until the next call;
 * of the arrays only the first `points` entries count.
 *
 * Damping by energy balance: a right c leaves no work in the pump's card that goes with the rods' speed. Load over speed on
 * the way up and down, one slope for both, is the drag that is left; c moves by drag ÷ mass of rods until its work over the
 * stroke is nothing beside the work put in.
 */
export class PumpCardSolver {
  private readonly wave = new EverittJennings();
  private readonly surface = {
    positionM: new Float64Array(pointsMax),
    loadN: new Float64Array(pointsMax),
  };
  private grid: Grid | null = null;
  private gridString: RodString | null = null;
  private gridPeriodS = 0;
  readonly levels = emptyLevels();
  points = 0;
  dampingPerS = 0;
  /** Rounds of the damping's search. */
  rounds = 0;
  /** The energy balance was not closed within the damping that rods have. */
  dampingAtLimit = false;
  surfaceWorkJ = 0;
  pumpWorkJ = 0;

  get positionM(): Float64Array {
    return this.wave.positionM;
  }

  get loadN(): Float64Array {
    return this.wave.loadN;
  }

  /** Relative loads at the top of each section: add `weightInFluidN(string, sg, section)`. */
  get sectionLowN(): Float64Array {
    return this.wave.sectionLowN;
  }

  get sectionHighN(): Float64Array {
    return this.wave.sectionHighN;
  }

  /** `dampingPerS` is searched where it is not given. */
  solve(string: RodString, stroke: SurfaceStroke, fluidSg: number, dampingPerS?: number): void {
    const grid = this.gridFor(string, stroke.periodS);
    const n = grid.points;
    const { surface } = this;
    const length = stroke.positionM.length;
    resampleLoop(stroke.positionM, length, surface.positionM, n);
    resampleLoop(stroke.loadN, length, surface.loadN, n);
    const weightN = weightInFluidN(string, fluidSg);
    for (let j = 0; j < n; j++) surface.loadN[j] = (surface.loadN[j] as number) - weightN;
    this.points = n;
    this.surfaceWorkJ = areaOf(surface.positionM, surface.loadN, n);
    this.rounds = 0;
    this.dampingAtLimit = false;
    if (dampingPerS === undefined) this.search(string, grid, stroke.periodS);
    else this.march(grid, stroke.periodS, dampingPerS);
  }

  private search(string: RodString, grid: Grid, periodS: number): void {
    const { surface } = this;
    const first = string.sections[0];
    const sound = first === undefined ? 0 : soundMS(first);
    const lowest = dampingOf(dampingRange.lowest, sound, string.lengthM);
    const highest = dampingOf(dampingRange.highest, sound, string.lengthM);
    const top = extentOf(surface.positionM, grid.points);
    const strokeM = top.high - top.low;
    let c = dampingOf(dampingRange.start, sound, string.lengthM);
    for (let round = 1; round <= roundsMax; round++) {
      this.march(grid, periodS, c);
      this.rounds = round;
      // Work of a drag on a sine of this stroke.
      const leftJ = (this.levels.dragNsM * Math.PI ** 2 * strokeM ** 2) / (2 * periodS);
      if (!(Math.abs(leftJ) > balanceShare * Math.abs(this.surfaceWorkJ))) return;
      const wanted = Math.min(c * growthMax, c + dampingForLoss(string, leftJ, periodS, strokeM));
      const next = Math.min(highest, Math.max(lowest, wanted));
      this.dampingAtLimit = next !== wanted;
      if (next === c) return;
      c = next;
    }
  }

  private march(grid: Grid, periodS: number, dampingPerS: number): void {
    this.dampingPerS = dampingPerS;
    this.wave.march(grid, this.surface, periodS, dampingPerS);
    this.pumpWorkJ = areaOf(this.wave.positionM, this.wave.loadN, grid.points);
    readLevels(
      {
        surfaceM: this.surface.positionM,
        positionM: this.wave.positionM,
        loadN: this.wave.loadN,
        points: grid.points,
        periodS,
      },
      this.levels,
    );
  }

  private gridFor(string: RodString, periodS: number): Grid {
    if (this.grid === null || this.gridString !== string || this.gridPeriodS !== periodS) {
      this.grid = gridOf(string, periodS);
      this.gridString = string;
      this.gridPeriodS = periodS;
    }
    return this.grid;
  }
}
