/** The wave equation marched down the rods by finite differences: surface card in, pump card out. */
import type { Grid } from './grid.js';

/**
 * Everitt and Jennings, SPE-18189 (1992): u_tt = a² u_xx − c u_t, u positive down, periodic in time. Loads are relative:
 * the rods' weight in the fluid is taken off before and not put back. Tapers by the balance of forces at each node. Stable
 * where Δx/(aΔt) ≤ 1 at every step, the reverse of a simulation forward.
 *
 * Holds its rows: after the first card of a size nothing is allocated.
 */
export class EverittJennings {
  private above = new Float64Array(0);
  private here = new Float64Array(0);
  private below = new Float64Array(0);
  /** Plunger, m, positive up. Valid until the next call, its first `grid.points` entries. */
  positionM = new Float64Array(0);
  /** Load of the rods on the pump, N, relative. */
  loadN = new Float64Array(0);
  /** Least and greatest relative load at the top of each section, N. */
  sectionLowN = new Float64Array(0);
  sectionHighN = new Float64Array(0);

  /**
   * `positionM` positive up and `loadN` without the rods' weight, at `grid.points` equal times of one stroke;
   * `dampingPerS` is c.
   */
  march(
    grid: Grid,
    surface: { readonly positionM: Float64Array; readonly loadN: Float64Array },
    periodS: number,
    dampingPerS: number,
  ): void {
    const { nodes, points: n } = grid;
    this.reserve(n, grid.sectionTop.length);
    const dtS = periodS / n;
    const c = dampingPerS;
    let { above, here, below } = this;
    this.startRows(grid, surface, dtS, c);
    let section = 1;
    this.sectionLowN[0] = Number.POSITIVE_INFINITY;
    this.sectionHighN[0] = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) this.noteSection(0, surface.loadN[j] as number);
    for (let i = 1; i < nodes - 1; i++) {
      const kUp = grid.stiffnessNM[i - 1] as number;
      const kDown = grid.stiffnessNM[i] as number;
      const massKg =
        ((grid.stepM[i - 1] as number) * (grid.massKgM[i - 1] as number) +
          (grid.stepM[i] as number) * (grid.massKgM[i] as number)) /
        2;
      const alpha = massKg / (dtS * dtS);
      const a1 = (alpha * (1 + c * dtS)) / kDown;
      const a2 = -(alpha * (2 + c * dtS) - kDown - kUp) / kDown;
      const a3 = alpha / kDown;
      const a4 = -kUp / kDown;
      let before = here[n - 1] as number;
      let now = here[0] as number;
      for (let j = 0; j < n - 1; j++) {
        const after = here[j + 1] as number;
        below[j] = a1 * after + a2 * now + a3 * before + a4 * (above[j] as number);
        before = now;
        now = after;
      }
      below[n - 1] = a1 * (here[0] as number) + a2 * now + a3 * before + a4 * (above[n - 1] as number);
      if (i === grid.sectionTop[section]) {
        this.sectionLowN[section] = Number.POSITIVE_INFINITY;
        this.sectionHighN[section] = Number.NEGATIVE_INFINITY;
        for (let j = 0; j < n; j++) {
          const up = kUp * ((here[j] as number) - (above[j] as number));
          const down = kDown * ((below[j] as number) - (here[j] as number));
          this.noteSection(section, (up + down) / 2);
        }
        section++;
      }
      const free = above;
      above = here;
      here = below;
      below = free;
    }
    // After the loop `here` is the pump, `above` one step over it and `below` two.
    const pull = (grid.stiffnessNM[nodes - 2] as number) / 2;
    for (let j = 0; j < n; j++) {
      const u = here[j] as number;
      this.positionM[j] = -u;
      this.loadN[j] = pull * (3 * u - 4 * (above[j] as number) + (below[j] as number));
    }
  }

  /** Node 0 from the position, node 1 from the load with its second-order term (u_tt + c u_t)/a². */
  private startRows(
    grid: Grid,
    { positionM, loadN }: { readonly positionM: Float64Array; readonly loadN: Float64Array },
    dtS: number,
    c: number,
  ): void {
    const n = grid.points;
    const stiffness = grid.stiffnessNM[0] as number;
    const halfMassKg = ((grid.stepM[0] as number) * (grid.massKgM[0] as number)) / 2;
    for (let j = 0; j < n; j++) {
      const after = positionM[j + 1 < n ? j + 1 : 0] as number;
      const before = positionM[j > 0 ? j - 1 : n - 1] as number;
      const now = positionM[j] as number;
      const inertia = -(after - 2 * now + before) / (dtS * dtS) - (c * (after - before)) / (2 * dtS);
      this.above[j] = -now;
      this.here[j] = -now + ((loadN[j] as number) + halfMassKg * inertia) / stiffness;
    }
  }

  private noteSection(section: number, load: number): void {
    if (load < (this.sectionLowN[section] as number)) this.sectionLowN[section] = load;
    if (load > (this.sectionHighN[section] as number)) this.sectionHighN[section] = load;
  }

  private reserve(points: number, sections: number): void {
    if (this.sectionLowN.length < sections) {
      this.sectionLowN = new Float64Array(sections);
      this.sectionHighN = new Float64Array(sections);
    }
    if (this.here.length >= points) return;
    this.above = new Float64Array(points);
    this.here = new Float64Array(points);
    this.below = new Float64Array(points);
    this.positionM = new Float64Array(points);
    this.loadN = new Float64Array(points);
  }
}
