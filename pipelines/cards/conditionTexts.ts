/** What the classes of cards are called by people, and what to do first. */

export interface ConditionText {
  readonly name: string;
  /** First check. */
  readonly check: string;
}

type Texts = Readonly<Record<string, ConditionText>>;

const en: Texts = {
  DOUBLE_VALVE_LEAKAGE: {
    name: 'both valves leak',
    check: 'check both valves with the unit stopped, then pull the pump',
  },
  GAS_EFFECTIVE: {
    name: 'gas interference',
    check: 'check the casing pressure and the gas separator; do not slow the unit yet',
  },
  LIQUID_NOT_ENOUGH: {
    name: 'fluid pound',
    check: 'measure the fluid level; slow the unit or lengthen its idle time',
  },
  OIL_ROD_LEAKAGE: {
    name: 'leak of tubing or rods’ seal',
    check: 'test the tubing under pressure and compare the measured rate',
  },
  OIL_TO_DENSE: { name: 'heavy oil', check: 'check temperature and water cut; slow the unit' },
  PUMP_DOWN_BANG: {
    name: 'pump tags bottom',
    check: 'raise the rods; do not leave it tagging',
  },
  PUMP_UP_BANG: { name: 'pump tags top', check: 'lower the rods; check the spacing' },
  REGULAR_WORK: { name: 'regular work', check: 'none' },
  ROD_BROKEN: { name: 'rods parted', check: 'stop the unit; compare the load with the rods’ weight' },
  STATIC_VALVE_LEAKAGE: {
    name: 'standing valve leaks',
    check: 'check the standing valve with the unit stopped',
  },
  TRAVELLING_VALVE_LEAKAGE: {
    name: 'travelling valve or plunger leaks',
    check: 'check the travelling valve with the unit stopped on the way up',
  },
  WORK_WITH_FLOAT: {
    name: 'flows while pumping',
    check: 'measure the wellhead pressure; the pump may not be needed',
  },
};

const es: Texts = {
  DOUBLE_VALVE_LEAKAGE: {
    name: 'fuga en ambas válvulas',
    check: 'probar ambas válvulas con la unidad detenida y luego sacar la bomba',
  },
  GAS_EFFECTIVE: {
    name: 'interferencia de gas',
    check: 'revisar la presión de revestimiento y el separador de gas; no bajar aún la velocidad',
  },
  LIQUID_NOT_ENOUGH: {
    name: 'golpe de fluido',
    check: 'medir el nivel de fluido; bajar la velocidad o alargar el tiempo de paro',
  },
  OIL_ROD_LEAKAGE: {
    name: 'fuga en la tubería o en el sello de las varillas',
    check: 'probar la tubería a presión y comparar el caudal medido',
  },
  OIL_TO_DENSE: { name: 'crudo pesado', check: 'revisar temperatura y corte de agua; bajar la velocidad' },
  PUMP_DOWN_BANG: { name: 'la bomba golpea abajo', check: 'subir la sarta; no dejarla golpeando' },
  PUMP_UP_BANG: { name: 'la bomba golpea arriba', check: 'bajar la sarta; revisar el espaciado' },
  REGULAR_WORK: { name: 'trabajo normal', check: 'ninguna' },
  ROD_BROKEN: {
    name: 'varillas partidas',
    check: 'detener la unidad; comparar la carga con el peso de las varillas',
  },
  STATIC_VALVE_LEAKAGE: {
    name: 'fuga en la válvula fija',
    check: 'probar la válvula fija con la unidad detenida',
  },
  TRAVELLING_VALVE_LEAKAGE: {
    name: 'fuga en la válvula viajera o el pistón',
    check: 'probar la válvula viajera con la unidad detenida en carrera ascendente',
  },
  WORK_WITH_FLOAT: {
    name: 'fluye mientras bombea',
    check: 'medir la presión de cabeza; quizá no haga falta bombear',
  },
};

export const conditionTexts: Readonly<Record<'es' | 'en', Texts>> = { es, en };

/** Sentences of findings, by class. */
export const cardFindingTexts = {
  es: sentences('Varias cartas seguidas dicen', es),
  en: sentences('Several cards in a row say', en),
} as const;

export function sentences(
  saying: string,
  texts: Texts,
  keyOf = (key: string) => key,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, { name }]) => [keyOf(key), `${saying}: ${name}`]),
  );
}

export const pumpOffTexts = {
  es: {
    pumpedOff:
      'La bomba no se llena en varias emboladas seguidas: detener la unidad y dejar recuperar el nivel',
    gas: 'La bomba no se llena en muchas emboladas seguidas, por gas: revisar el separador antes de parar',
  },
  en: {
    pumpedOff: 'The pump does not fill for several strokes in a row: stop the unit and let the level recover',
    gas: 'The pump does not fill for many strokes in a row, with gas: check the separator before stopping',
  },
} as const;
