/** The sentence for a finding, in the reader's language. */
import { espModeNames, espRiskTexts } from './espFinding.texts.js';
import { noveltyTexts } from './noveltyFinding.texts.js';
import { cardFindingTexts, pumpOffTexts } from '#pipelines/cards/conditionTexts.js';
import { pumpFindingTexts } from '#pipelines/cards/pumpConditionTexts.js';
import { pumpRiskTexts } from './pumpRisk.texts.js';
import { qualityTexts } from './quality.texts.js';
import { togetherTexts } from './multivariate/together.texts.js';
import { wellRuleTexts } from '../wellrules/wellRules.texts.js';
import { robustLevelTexts } from './robustLevel.texts.js';
import { sensorFaultTexts } from './sensorFaults.texts.js';

export type Language = 'es' | 'en';
type Texts = Readonly<Record<Language, Readonly<Record<string, string>>>>;

/** Texts of every detector, by its name. */
export const findingTexts: Readonly<Record<string, Texts>> = {
  quality: qualityTexts,
  'robust-level': robustLevelTexts,
  novelty: noveltyTexts,
  together: togetherTexts,
  'valve-closure': wellRuleTexts,
  'choke-restriction': wellRuleTexts,
  'flow-stability': wellRuleTexts,
  noise: sensorFaultTexts,
  'unit-change': sensorFaultTexts,
  'gauge-drift': sensorFaultTexts,
  clock: sensorFaultTexts,
  'pump-card': cardFindingTexts,
  'downhole-card': pumpFindingTexts,
  'pump-off': pumpOffTexts,
  'pump-risk': pumpRiskTexts,
  'esp-rule': espModeNames,
  'esp-risk': espRiskTexts,
};

/** `detector` and `textKey` as an anomaly's row holds them; one that is not known (an older version's) reads as its key. */
export function findingText(detector: string, textKey: string, language: Language): string {
  return findingTexts[detector]?.[language][textKey] ?? textKey;
}
