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
  /** The same, compared with the level it comes back to after every stop. */
  intakeSettled: number;
  wellhead: number;
  flowline: number;
  rate: number;
  /** As it was read. */
  rateRead: number;
  motorOverIntake: number;
  /** The same over the square of the current: heat goes with it. */
  riseLoad: number;
  /** The same, compared with the last hours instead of the last day. */
  riseLoadLately: number;
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
  // Zero and below is what a gauge says that says nothing: down there it is neither without pressure nor cold.
  const deep = (i: number): number => (g(i) > 0 ? g(i) : Number.NaN);
  const speed = g(f) >= 5 ? g(f) / 60 : 1;
  const phases = [g(ia), g(ia + 1), g(ia + 2)].filter((x) => !Number.isNaN(x));
  const volts = [g(vab), g(vab + 1), g(vab + 2)].filter((x) => !Number.isNaN(x));
  const amps = phases.reduce((a, b) => a + b, 0) / phases.length;
  const motorOverIntake = deep(tm) - deep(ti);
  const riseLoad = amps > 1 ? motorOverIntake / (amps * amps) : Number.NaN;
  const meanVolts = volts.reduce((a, b) => a + b, 0) / volts.length;
  return {
    gain: (deep(pdp) - deep(pip)) / (speed * speed),
    discharge: deep(pdp) + atmosphereKpa,
    amps: amps / speed ** 1.3,
    kw: g(kw) / speed ** 2.7,
    intake: deep(pip) + atmosphereKpa,
    intakeSettled: deep(pip) + atmosphereKpa,
    wellhead: g(whp) + atmosphereKpa,
    flowline: g(flp) + atmosphereKpa,
    rate: g(ql) / speed,
    rateRead: g(ql),
    motorOverIntake,
    riseLoad,
    riseLoadLately: riseLoad,
    volts: volts.length === 0 ? Number.NaN : Math.min(...volts) / speed,
    voltsImbalance: volts.length < 3 ? Number.NaN : (Math.max(...volts) - Math.min(...volts)) / meanVolts,
    motorC: deep(tm),
    choke: g(choke),
    hz: g(f),
    rpm: g(rpm),
  };
}
