/** What the model's channels are called, beside how a distance from baseline is said: in per cent or in the signal's own unit. */
import { channels } from '../features/channels.js';

interface ChannelText {
  readonly es: string;
  readonly en: string;
  /** `percent`: the channel is a logarithm; else what one of it is worth, in the unit. */
  readonly shown: 'percent' | { readonly factor: number; readonly unit: string };
}

const ratio = (es: string, en: string): ChannelText => ({ es, en, shown: 'percent' });
const of = (es: string, en: string, factor: number, unit: string): ChannelText => ({
  es,
  en,
  shown: { factor, unit },
});

// Factors undo what minuteChannels.ts multiplies by.
const texts: Readonly<Record<string, ChannelText>> = {
  intake: ratio('presión de admisión', 'intake pressure'),
  head: ratio('presión que da la bomba', 'pressure gain of the pump'),
  lift: ratio('descarga sobre cabezal', 'discharge over wellhead'),
  amps: ratio('corriente del motor', 'motor current'),
  power: ratio('potencia', 'power'),
  rise: ratio('calentamiento del motor por corriente', 'motor rise for its current'),
  motorTemperature: of('temperatura del motor', 'motor temperature', 20, '°C'),
  intakeTemperature: of('temperatura de admisión', 'intake temperature', 5, '°C'),
  currentImbalance: of('desbalance de corriente', 'current imbalance', 10, '%'),
  voltageImbalance: of('desbalance de tensión', 'voltage imbalance', 5, '%'),
  leakage: of('corriente de fuga', 'leakage current', 2, 'mA'),
  insulation: ratio('aislamiento', 'insulation'),
  vibration: ratio('vibración', 'vibration'),
  vibrationPeak: ratio('vibración pico', 'peak vibration'),
  wellhead: ratio('presión de cabezal', 'wellhead pressure'),
  casing: ratio('presión del revestimiento', 'casing pressure'),
  flowline: ratio('presión de línea', 'flowline pressure'),
  wellheadTemperature: of('temperatura de cabezal', 'wellhead temperature', 5, '°C'),
  rate: ratio('caudal', 'rate'),
  gasLiquid: ratio('gas por líquido', 'gas per liquid'),
  waterCut: of('corte de agua', 'water cut', 10, '%'),
  powerFactor: of('factor de potencia', 'power factor', 10, '%'),
  harmonics: of('armónicos', 'harmonics', 5, '%'),
  slip: of('giro por frecuencia', 'speed per frequency', 5, '%'),
  surfaceFlow: ratio('flujo por el estrangulador', 'flow through the choke'),
  voltage: ratio('tensión', 'voltage'),
  frequency: of('frecuencia', 'frequency', 10, '%'),
  choke: of('estrangulador', 'choke', 20, '%'),
  headFactor: ratio('altura contra la curva de la bomba', 'head against the pump curve'),
  loadFactor: ratio('carga contra la curva de la bomba', 'load against the pump curve'),
  rateBalance: ratio('caudal contra el aporte', 'rate against the inflow'),
  ampsScatter: ratio('dispersión de la corriente', 'scatter of the current'),
  intakeScatter: ratio('dispersión de la admisión', 'scatter of the intake'),
  headScatter: ratio('dispersión de la altura', 'scatter of the head'),
  vibrationScatter: ratio('dispersión de la vibración', 'scatter of the vibration'),
  running: of('tiempo en marcha', 'time running', 100, '%'),
  starts: of('arranques por hora', 'starts an hour', 1, ''),
  trips: of('paros por hora', 'trips an hour', 1, ''),
  gaugeLost: of('sensor de fondo perdido', 'downhole gauge lost', 100, '%'),
};

export const namedChannels: readonly string[] = channels.map(({ name }) => name);

export function channelName(channel: string, language: 'es' | 'en'): string {
  return texts[channel]?.[language] ?? channel;
}

/** Distance from baseline for a reader: `+12 %`, `−3.1 °C`. */
export function channelDistance(channel: string, x: number): string {
  const { value, unit } = channelValue(channel, x);
  const size = Math.abs(value);
  const digits = size >= 10 ? 0 : size >= 1 ? 1 : 2;
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  return `${sign}${size.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

/** As a number in the unit it is shown in. */
export function channelValue(channel: string, x: number): { readonly value: number; readonly unit: string } {
  const shown = texts[channel]?.shown ?? { factor: 1, unit: '' };
  if (shown === 'percent') return { value: 100 * Math.expm1(x), unit: '%' };
  return { value: x * shown.factor, unit: shown.unit };
}
