/** The rods between polished rod and pump: sections, their stiffness, mass and weight in the fluid. */

export const gravityMS2 = 9.80665;
const waterKgM3 = 1000;

/** One size of rod, top to bottom in a string. */
export interface RodSection {
  readonly lengthM: number;
  readonly areaM2: number;
  readonly youngPa: number;
  readonly densityKgM3: number;
}

export interface RodString {
  readonly sections: readonly RodSection[];
  readonly lengthM: number;
  readonly massKg: number;
}

/** Steel: sound travels at 5172 m/s in it, domain notes B3. */
export const steel = { youngPa: 2.1e11, densityKgM3: 7850 } as const;
/** Glass-fibre rods: E ≈ 7.2e6 psi and 0.078 lb/in³, as makers print them [M]. */
export const fibreglass = { youngPa: 4.96e10, densityKgM3: 2160 } as const;

export function rodString(sections: readonly RodSection[]): RodString {
  return {
    sections,
    lengthM: sections.reduce((sum, s) => sum + s.lengthM, 0),
    massKg: sections.reduce((sum, s) => sum + s.lengthM * s.areaM2 * s.densityKgM3, 0),
  };
}

export function circleM2(diameterMm: number): number {
  return (Math.PI / 4) * (diameterMm / 1000) ** 2;
}

/** Weight of section `from` and all below it, in fluid of a specific gravity (0: in air). */
export function weightInFluidN(string: RodString, fluidSg: number, from = 0): number {
  return string.sections
    .slice(from)
    .reduce((sum, s) => sum + s.lengthM * s.areaM2 * (s.densityKgM3 - waterKgM3 * fluidSg) * gravityMS2, 0);
}

/** Sound in the rod, m/s. */
export function soundMS(section: RodSection): number {
  return Math.sqrt(section.youngPa / section.densityKgM3);
}

/** Steel rod of one diameter: what most tests and simulations need. */
export function steelSection(lengthM: number, diameterMm: number): RodSection {
  return { lengthM, areaM2: circleM2(diameterMm), ...steel };
}
