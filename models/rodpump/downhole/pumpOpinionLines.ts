/** The opinion of a downhole card in words: three candidates, and what to check first. */
import { pumpConditionTexts } from '#pipelines/cards/pumpConditionTexts.js';
import type { OpinionFacts } from '../cards/cardOpinionLines.js';
import type { CardOpinion } from '../cards/openCardClassifier.js';

/** Nothing where there is no downhole card: what it needs is told elsewhere. `liftedKn` speaks against parted rods. */
export function pumpOpinionFacts(
  opinion: CardOpinion | undefined,
  liftedKn: number | null = null,
): OpinionFacts {
  const first = opinion?.top[0];
  if (opinion === undefined || first === undefined) return { facts: [], remarks: [] };
  const percent = (p: number) => `${(100 * p).toFixed(0)} %`;
  const textOf = (name: string) => pumpConditionTexts.en[name] ?? { name, check: 'none' };
  return {
    facts: opinion.top
      .filter(({ p }, i) => i === 0 || p >= 0.01)
      .map(
        ({ name, p }, i) => [`${i === 0 ? 'pump card' : 'or'}: ${textOf(name).name}`, percent(p)] as const,
      ),
    remarks: [
      liftedKn !== null && first.name === 'rod_part'
        ? `Pump card: it looks like parted rods, and is not said: the plunger lifts ${liftedKn.toFixed(1)} kN; compare the rods on file with those in the well`
        : opinion.known
          ? `Pump card: ${textOf(first.name).name}; first check: ${textOf(first.name).check}`
          : `Pump card: unknown; ${percent(first.p)} is less than the ${percent(opinion.threshold)} from which it is said`,
    ],
  };
}
