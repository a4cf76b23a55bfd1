/** What is followed of a rod pump from card to card: figures of the card, of the pump below it, and of the rate. */
import type { PumpCard } from '#schemas/records/pumpCard.js';
import type { CardOpinion } from '../cards/openCardClassifier.js';
import type { CardDiagnosis } from '../pump/diagnoseCard.js';

/** In the order of their places; units in the names of what has one. */
export const riskFigures = [
  'peakLoadKn',
  'leastLoadKn',
  'loadRangeKn',
  /** Work of the card ÷ its rectangle. */
  'fullness',
  'strokeM',
  'strokesPerMinute',
  'fillage',
  'fluidLoadKn',
  'netStrokeM',
  'displacementM3D',
  /** Greatest of the sections. */
  'goodman',
  /** What the classifier gives to leaks of valves, and to parted rods. */
  'valveShape',
  'partedShape',
  /** Measured liquid, m³ a day on production. */
  'rateM3D',
] as const;
export type RiskFigure = (typeof riskFigures)[number];

const valveClasses: ReadonlySet<string> = new Set([
  'DOUBLE_VALVE_LEAKAGE',
  'STATIC_VALVE_LEAKAGE',
  'TRAVELLING_VALVE_LEAKAGE',
]);
const partedClass = 'ROD_BROKEN';

/** NaN where it is not known. `rateM3D` comes from elsewhere and is left NaN. */
export function cardFigures(
  card: Pick<PumpCard, 'strokesPerMinute' | 'fillage'>,
  opinion: CardOpinion | null,
  diagnosis: CardDiagnosis,
): Record<RiskFigure, number> {
  const { surfaceFigures: s, pump, goodman } = diagnosis;
  const said = (wanted: (name: string) => boolean): number =>
    opinion === null || opinion.top.length === 0
      ? Number.NaN
      : opinion.top.reduce((sum, { name, p }) => sum + (wanted(name) ? p : 0), 0);
  const whole = diagnosis.shapeProblem === null;
  return {
    peakLoadKn: s.peakLoadKn,
    leastLoadKn: s.leastLoadKn,
    loadRangeKn: s.peakLoadKn - s.leastLoadKn,
    fullness: whole ? s.workKj / (s.strokeM * (s.peakLoadKn - s.leastLoadKn)) : Number.NaN,
    strokeM: s.strokeM,
    strokesPerMinute: card.strokesPerMinute > 0 ? card.strokesPerMinute : Number.NaN,
    fillage: card.fillage ?? pump?.fillage ?? Number.NaN,
    fluidLoadKn: pump?.fluidLoadKn ?? Number.NaN,
    netStrokeM: pump?.netStrokeM ?? Number.NaN,
    displacementM3D: diagnosis.displacementM3D ?? Number.NaN,
    goodman: goodman === null ? Number.NaN : Math.max(...goodman.map(({ loading }) => Math.min(loading, 9))),
    valveShape: said((name) => valveClasses.has(name)),
    partedShape: said((name) => name === partedClass),
    rateM3D: Number.NaN,
  };
}
