/** What a card at the pump says, in people's words, with the first check. */
import { type ConditionText, sentences } from './conditionTexts.js';

type Texts = Readonly<Record<string, ConditionText>>;

const en: Texts = {
  normal: { name: 'sound pump', check: 'none' },
  fluid_pound: {
    name: 'fluid pound',
    check: 'measure the fluid level; slow the unit or lengthen its idle time',
  },
  gas_interference: {
    name: 'gas interference',
    check: 'check the casing pressure and the gas separator; do not slow the unit yet',
  },
  gas_lock: { name: 'gas lock', check: 'bleed the casing; lower the spacing of the pump' },
  travelling_valve_leak: {
    name: 'travelling valve or plunger leaks',
    check: 'check the travelling valve with the unit stopped on the way up',
  },
  standing_valve_leak: {
    name: 'standing valve leaks',
    check: 'check the standing valve with the unit stopped',
  },
  rod_part: { name: 'rods parted', check: 'stop the unit; compare the load with the rods’ weight' },
  stuck_plunger: { name: 'plunger stuck', check: 'stop the unit; do not pull over the rods’ limit' },
  tagging_bottom: { name: 'pump tags bottom', check: 'raise the rods; do not leave it tagging' },
  tagging_top: { name: 'pump tags top', check: 'lower the rods; check the spacing' },
  unanchored_tubing: { name: 'tubing not anchored', check: 'check whether the anchor holds its tension' },
};

const es: Texts = {
  normal: { name: 'bomba sana', check: 'ninguna' },
  fluid_pound: {
    name: 'golpe de fluido',
    check: 'medir el nivel de fluido; bajar la velocidad o alargar el tiempo de paro',
  },
  gas_interference: {
    name: 'interferencia de gas',
    check: 'revisar la presión de revestimiento y el separador de gas; no bajar aún la velocidad',
  },
  gas_lock: {
    name: 'bloqueo por gas',
    check: 'aliviar el revestimiento; bajar el espaciado de la bomba',
  },
  travelling_valve_leak: {
    name: 'fuga en la válvula viajera o el pistón',
    check: 'probar la válvula viajera con la unidad detenida en carrera ascendente',
  },
  standing_valve_leak: {
    name: 'fuga en la válvula fija',
    check: 'probar la válvula fija con la unidad detenida',
  },
  rod_part: {
    name: 'varillas partidas',
    check: 'detener la unidad; comparar la carga con el peso de las varillas',
  },
  stuck_plunger: {
    name: 'pistón atascado',
    check: 'detener la unidad; no tirar por encima del límite de las varillas',
  },
  tagging_bottom: { name: 'la bomba golpea abajo', check: 'subir la sarta; no dejarla golpeando' },
  tagging_top: { name: 'la bomba golpea arriba', check: 'bajar la sarta; revisar el espaciado' },
  unanchored_tubing: {
    name: 'tubería sin anclar',
    check: 'revisar si el ancla mantiene su tensión',
  },
};

/** By mode of the downhole classifier. */
export const pumpConditionTexts: Readonly<Record<'es' | 'en', Texts>> = { es, en };

/** Key of a finding's text: modes of ESPs have names of their own. */
export function pumpTextKey(mode: string): string {
  return `pump_${mode}`;
}

/** Sentences of findings, by `pumpTextKey`. */
export const pumpFindingTexts = {
  es: sentences('Varias cartas de fondo seguidas dicen', es, pumpTextKey),
  en: sentences('Several cards of the pump in a row say', en, pumpTextKey),
} as const;

/** Name and first check of what a finding's text key says; undefined for a key of something else. */
export function pumpFindingCondition(key: string, language: 'es' | 'en'): ConditionText | undefined {
  const found = Object.entries(pumpConditionTexts[language]).find(([mode]) => pumpTextKey(mode) === key);
  return found?.[1];
}
