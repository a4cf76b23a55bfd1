/** A minute of signals as what the rules for fast events ask of it. */
import { type SignalName, signalNames } from '../signals.js';

const at = (name: SignalName): number => signalNames.indexOf(name);
const [pip, pdp, ti, tm, f] = [at('esp.pip'), at('esp.pdp'), at('esp.ti'), at('esp.tm'), at('esp.f')];
const [ia, vab, kw, rpm] = [at('esp.ia'), at('esp.vab'), at('esp.kw'), at('esp.rpm')];
const [whp, flp, choke, ql] = [at('well.whp'), at('well.flp'), at('well.choke'), at('well.ql')];

const atmosphereKpa = 101.325;

export interface RuleMinute {
  /** Pressure gain of the pump at 60 Hz, kPa. */
  gain: number;
  discharge: number;
  amps: number;
  /** Of the drive, at 60 Hz. */
  kw: number;
  intake: number;
  wellhead: number;
  flowline: number;
  rate: number;
  motorOverIntake: number;
  /** The same over the square of the current: heat goes with it. */
  riseLoad: number;
  /** Lowest phase, at 60 Hz. */
  volts: number;
  voltsImbalance: number;
  motorC: number;
  choke: number;
  hz: number;
  rpm: number;
}

/** `v` in the order of `signalNames`; NaN where missing. */
export function ruleMinute(v: Float32Array): RuleMinute {
  const g = (i: number): number => v[i] as number;
  const speed = g(f) >= 5 ? g(f) / 60 : 1;
  const phases = [g(ia), g(ia + 1), g(ia + 2)].filter((x) => !Number.isNaN(x));
  const volts = [g(vab), g(vab + 1), g(vab + 2)].filter((x) => !Number.isNaN(x));
  const amps = phases.reduce((a, b) => a + b, 0) / phases.length;
  const meanVolts = volts.reduce((a, b) => a + b, 0) / volts.length;
  return {
    gain: (g(pdp) - g(pip)) / (speed * speed),
    discharge: g(pdp) + atmosphereKpa,
    amps: amps / speed ** 1.3,
    kw: g(kw) / speed ** 2.7,
    intake: g(pip) + atmosphereKpa,
    wellhead: g(whp) + atmosphereKpa,
    flowline: g(flp) + atmosphereKpa,
    rate: g(ql) / speed,
    motorOverIntake: g(tm) - g(ti),
    riseLoad: amps > 1 ? (g(tm) - g(ti)) / (amps * amps) : Number.NaN,
    volts: volts.length === 0 ? Number.NaN : Math.min(...volts) / speed,
    voltsImbalance: volts.length < 3 ? Number.NaN : (Math.max(...volts) - Math.min(...volts)) / meanVolts,
    motorC: g(tm),
    choke: g(choke),
    hz: g(f),
    rpm: g(rpm),
  };
}
