/** What the oilfield reads beside SI: the same value in its customary unit. */
import { kNPerKilopound, kPaPerPsi, m3PerBarrel, sm3PerMscf } from '#schemas/signals/oilfieldFactors.js';

interface Conversion {
  readonly unit: string;
  of(value: number): number;
}

const by = (unit: string, factor: number): Conversion => ({ unit, of: (value) => value * factor });

const metrePerFoot = 0.3048;
const kWPerHorsepower = 0.7457;
const m3PerM3PerScfPerStb = 0.178_108;

const conversions: Readonly<Record<string, Conversion>> = {
  kPa: by('psi', 1 / kPaPerPsi),
  '°C': { unit: '°F', of: (value) => value * 1.8 + 32 },
  m: by('ft', 1 / metrePerFoot),
  kW: by('hp', 1 / kWPerHorsepower),
  kN: by('klbf', 1 / kNPerKilopound),
  'm³': by('bbl', 1 / m3PerBarrel),
  'sm³': by('Mscf', 1 / sm3PerMscf),
  'm³/d': by('bbl/d', 1 / m3PerBarrel),
  'sm³/d': by('Mscf/d', 1 / sm3PerMscf),
  'm³/m³': by('scf/stb', 1 / m3PerM3PerScfPerStb),
};

/** Null where the oilfield uses the SI unit too (V, A, Hz, %) or we do not know the unit. */
export function toOilfield(
  value: number,
  unit: string,
): { readonly value: number; readonly unit: string } | null {
  const conversion = conversions[unit];
  return conversion === undefined ? null : { value: conversion.of(value), unit: conversion.unit };
}
