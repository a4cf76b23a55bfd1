/** A card's diagnosis in words, for the terminal as for the picture. */
import type { CardDiagnosis } from './diagnoseCard.js';

export interface CardFacts {
  readonly facts: readonly (readonly [name: string, figure: string])[];
  readonly remarks: readonly string[];
}

const advices = {
  run: 'fillage is above the setpoint: keep running',
  watch: 'fillage is below the setpoint',
  stop: 'stop the unit',
} as const;

export function cardFacts(card: CardDiagnosis): CardFacts {
  const { surfaceFigures: s, pump, torque, pumpOff } = card;
  const facts: [string, string][] = [
    ['stroke', `${s.strokeM.toFixed(2)} m`],
    ['peak load (PPRL)', `${s.peakLoadKn.toFixed(1)} kN`],
    ['least load (MPRL)', `${s.leastLoadKn.toFixed(1)} kN`],
  ];
  const add = (name: string, value: number | null | undefined, digits: number, unit: string) => {
    if (value !== null && value !== undefined) facts.push([name, `${value.toFixed(digits)} ${unit}`]);
  };
  add('polished rod power', s.polishedRodKw, 1, 'kW');
  add('pump stroke, gross', pump?.grossStrokeM, 2, 'm');
  add('pump stroke, net', pump?.netStrokeM, 2, 'm');
  add('fillage', pump?.fillage == null ? null : 100 * pump.fillage, 0, '%');
  add('fluid load', pump?.fluidLoadKn, 1, 'kN');
  add('damping', pump?.dampingPerS, 3, '1/s');
  add('displacement', card.displacementM3D, 1, 'm³/d');
  add('intake pressure', card.intakeKpa, 0, 'kPa');
  add('fluid level', card.fluidLevelM, 0, 'm');
  for (const { section, loading } of card.goodman ?? [])
    facts.push([
      `Goodman, section ${section}`,
      Number.isFinite(loading) ? `${(100 * loading).toFixed(0)} %` : 'over any limit',
    ]);
  add('gearbox, net peak', torque?.netPeakKnM, 1, 'kN·m');
  add('gearbox, of its rating', torque?.ratingShare == null ? null : 100 * torque.ratingShare, 0, '%');
  add('best counterbalance', torque?.bestMomentKnM, 1, 'kN·m');
  add('peak with it', torque?.bestPeakKnM, 1, 'kN·m');
  const remarks = [...card.notes];
  if (pumpOff !== null) {
    const row = pumpOff.gas ? 'with gas, stop after' : 'stop after';
    remarks.unshift(
      pumpOff.advice === 'run'
        ? `Pump-off: ${advices.run}`
        : `Pump-off: ${advices[pumpOff.advice]}; ${row} ${pumpOff.strokesNeeded} such strokes in a row`,
    );
  }
  remarks.push(...card.missing.map(({ what, needs }) => `No ${what}: needs ${needs}`));
  return { facts, remarks };
}

export function cardLines({ facts, remarks }: CardFacts): string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    ...facts.map(([name, figure]) => `${name.padEnd(width)}  ${figure}`),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
  ];
}
