/** What comes out of a well, as the pump sees it: densities, dissolved gas, free gas at intake. */

const psiPerKpa = 1 / 6.894757;
const m3m3PerScfStb = 0.178108;

export interface Fluid {
  readonly oilApi: number;
  /** Water cut of the liquid, 0–1. */
  readonly waterCut: number;
  /** Gas with a cubic metre of stock-tank oil, sm³/m³. */
  readonly gorM3M3: number;
  readonly gasGravity: number;
  readonly waterDensityKgM3: number;
}

function oilDensityKgM3(oilApi: number): number {
  return (999 * 141.5) / (131.5 + oilApi);
}

/** Of the liquid at stock-tank conditions: close enough for heads, whose error a well's own baseline takes up. */
export function liquidDensityKgM3(fluid: Pick<Fluid, 'oilApi' | 'waterCut' | 'waterDensityKgM3'>): number {
  return fluid.waterCut * fluid.waterDensityKgM3 + (1 - fluid.waterCut) * oilDensityKgM3(fluid.oilApi);
}

/** Gas that oil holds at a pressure, sm³/m³, at most what there is (Standing 1947). */
export function dissolvedGasM3M3(fluid: Fluid, kpa: number, celsius: number): number {
  const fahrenheit = celsius * 1.8 + 32;
  const x = Math.max(kpa, 0) * psiPerKpa;
  const scfStb =
    fluid.gasGravity * ((x / 18.2 + 1.4) * 10 ** (0.0125 * fluid.oilApi - 0.00091 * fahrenheit)) ** 1.2048;
  return Math.min(fluid.gorM3M3, scfStb * m3m3PerScfStb);
}

/** Pressure below which gas comes out of the oil, kPa (Standing 1947). */
export function bubblePointKpa(fluid: Fluid, celsius: number): number {
  const fahrenheit = celsius * 1.8 + 32;
  const scfStb = fluid.gorM3M3 / m3m3PerScfStb;
  const psi =
    18.2 * ((scfStb / fluid.gasGravity) ** 0.83 * 10 ** (0.00091 * fahrenheit - 0.0125 * fluid.oilApi) - 1.4);
  return Math.max(0, psi / psiPerKpa);
}

/** Oil's volume at a pressure against stock tank, m³/m³ (Standing 1947). */
function oilVolumeFactor(fluid: Fluid, kpa: number, celsius: number): number {
  const scfStb = dissolvedGasM3M3(fluid, kpa, celsius) / m3m3PerScfStb;
  const gravity = oilDensityKgM3(fluid.oilApi) / 999;
  return (
    0.9759 + 0.00012 * (scfStb * Math.sqrt(fluid.gasGravity / gravity) + 1.25 * (celsius * 1.8 + 32)) ** 1.2
  );
}

/** Deviation of natural gas from the ideal (Papay 1968; pseudo-criticals after Sutton 1985). */
function gasDeviation(gasGravity: number, kpa: number, celsius: number): number {
  const criticalPsi = 756.8 - 131 * gasGravity - 3.6 * gasGravity ** 2;
  const criticalR = 169.2 + 349.5 * gasGravity - 74 * gasGravity ** 2;
  const reducedP = (Math.max(kpa, 0) * psiPerKpa) / criticalPsi;
  const reducedT = ((celsius + 273.15) * 1.8) / criticalR;
  const z =
    1 - (3.53 * reducedP) / 10 ** (0.9813 * reducedT) + (0.274 * reducedP ** 2) / 10 ** (0.8157 * reducedT);
  return Math.max(0.3, z);
}

/** Volume of gas at a pressure against standard (15 °C, 101.325 kPa), m³/sm³. */
function gasVolumeFactor(gasGravity: number, kpa: number, celsius: number): number {
  const absoluteKpa = Math.max(kpa, 0) + 101.325;
  return ((101.325 / 288.15) * gasDeviation(gasGravity, kpa, celsius) * (celsius + 273.15)) / absoluteKpa;
}

/** Share of the volume at intake that is free gas, before separation, 0–1. */
export function freeGasFraction(fluid: Fluid, kpa: number, celsius: number): number {
  const oil = 1 - fluid.waterCut;
  const freeM3 =
    oil *
    (fluid.gorM3M3 - dissolvedGasM3M3(fluid, kpa, celsius)) *
    gasVolumeFactor(fluid.gasGravity, kpa, celsius);
  const liquidM3 = oil * oilVolumeFactor(fluid, kpa, celsius) + fluid.waterCut;
  return freeM3 / (freeM3 + liquidM3);
}
