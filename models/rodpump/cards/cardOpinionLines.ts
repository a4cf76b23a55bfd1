/** The classifier's opinion of a card in words: three candidates, what is unknown, what a card alone cannot tell. */
import { conditionTexts } from '#pipelines/cards/conditionTexts.js';
import type { CardOpinion } from './openCardClassifier.js';

export interface OpinionFacts {
  readonly facts: readonly (readonly [name: string, figure: string])[];
  readonly remarks: readonly string[];
}

/** Classes whose card is that of a sound pump: said only with other evidence. */
const needsEvidence: ReadonlySet<string> = new Set(['OIL_ROD_LEAKAGE']);

/** Least share of the pump's displacement that arrives where nothing leaks [M]. */
const arrivingShareMin = 0.7;

/** Both in m³/d; null where not known. */
export interface RateEvidence {
  readonly measuredM3D: number | null;
  readonly displacementM3D: number | null;
}

/** Whether what is measured at surface falls short of what the pump lifts: true, false, or null without evidence. */
function fallsShort({ measuredM3D, displacementM3D }: RateEvidence): boolean | null {
  if (measuredM3D === null || displacementM3D === null || displacementM3D <= 0) return null;
  return measuredM3D < arrivingShareMin * displacementM3D;
}

export function opinionFacts(opinion: CardOpinion | undefined, evidence: RateEvidence): OpinionFacts {
  const first = opinion?.top[0];
  if (opinion === undefined || first === undefined)
    return { facts: [], remarks: ['Condition: unknown; it shows no whole stroke'] };
  const percent = (p: number) => `${(100 * p).toFixed(0)} %`;
  const nameOf = (name: string) => conditionTexts.en[name]?.name ?? name;
  const facts = opinion.top.map(
    ({ name, p }, i) => [`${i === 0 ? 'condition' : 'or'}: ${nameOf(name)}`, percent(p)] as const,
  );
  const remarks: string[] = [];
  const short = fallsShort(evidence);
  if (!opinion.known) {
    remarks.push(
      `Condition: unknown; ${percent(first.p)} is less than the ${percent(opinion.threshold)} from which a diagnosis holds`,
    );
  } else if (needsEvidence.has(first.name) && short !== true) {
    remarks.push(
      short === null
        ? 'Condition: unknown; a leak of the tubing looks like regular work on a card: give measured_m3_d to tell them apart'
        : 'Condition: regular work by its rate; the card alone would pass for a leak of the tubing',
    );
  } else {
    remarks.push(
      `Condition: ${nameOf(first.name)}; first check: ${conditionTexts.en[first.name]?.check ?? 'none'}`,
    );
  }
  if (short === true && !needsEvidence.has(first.name))
    remarks.push('Less arrives at surface than the pump lifts: a leak of tubing or valves, or a wrong test');
  return { facts, remarks };
}
