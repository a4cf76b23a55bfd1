/** What the failure modes and events of ESPs are called. */

const es: Readonly<Record<string, string>> = {
  broken_shaft: 'eje de la bomba roto',
  motor_burnout: 'motor camino a quemarse',
  insulation_cable: 'aislamiento del cable o del motor en caída',
  worn_stage: 'etapas desgastadas',
  plugged_intake: 'admisión tapada',
  scale_in_pump: 'incrustación en la bomba',
  tubing_leak: 'fuga en la tubería',
  sand: 'arena en la bomba',
  gas_interference: 'interferencia de gas',
  gas_lock: 'bloqueo por gas',
  pump_off: 'nivel agotado sobre la bomba',
  closed_choke: 'estrangulador cerrado o más cerrado',
  plugged_flowline: 'línea de flujo obstruida',
  dead_head: 'bomba contra válvula cerrada',
  reverse_rotation: 'giro al revés',
  power: 'tensión baja o desbalanceada',
  overheating: 'motor sobre su temperatura',
  unknown: 'sin identificar',
};

const en: Readonly<Record<string, string>> = {
  broken_shaft: 'broken pump shaft',
  motor_burnout: 'motor on its way to burn out',
  insulation_cable: 'insulation of cable or motor falling',
  worn_stage: 'worn stages',
  plugged_intake: 'plugged intake',
  scale_in_pump: 'scale in the pump',
  tubing_leak: 'tubing leak',
  sand: 'sand in the pump',
  gas_interference: 'gas interference',
  gas_lock: 'gas lock',
  pump_off: 'pump-off',
  closed_choke: 'choke closed or more closed',
  plugged_flowline: 'plugged flowline',
  dead_head: 'pump against a closed valve',
  reverse_rotation: 'reverse rotation',
  power: 'voltage low or out of balance',
  overheating: 'motor above its temperature',
  unknown: 'not identified',
};

export const espModeNames = { es, en } as const;

const withPrefix = (prefix: string, names: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([key, name]) => [key, `${prefix}: ${name}`]));

/** Of the risk model: a mode to come. */
export const espRiskTexts = {
  es: withPrefix('riesgo de falla en 7 días', es),
  en: withPrefix('risk of failure within 7 days', en),
} as const;
