/** What each gauge would say without error: one number a signal, from the well's true state. */
import { type SignalName, signalNames } from '../signals.js';
import type { Condition } from './condition.js';
import type { Instruments } from './instruments.js';
import type { SimulatedWell } from './drawWell.js';
import type { WellState, WellToday } from './stepWell.js';

const place = Object.fromEntries(signalNames.map((name, i) => [name, i])) as Record<SignalName, number>;

/** Adds to `sums`, in the order of `signalNames`. */
export function addGauges(
  sums: Float64Array,
  at: {
    readonly well: SimulatedWell;
    readonly today: WellToday;
    readonly state: WellState;
    readonly condition: Condition;
    readonly instruments: Instruments;
  },
): void {
  const { well, today, state, condition: c, instruments } = at;
  const add = (name: SignalName, value: number): void => {
    (sums[place[name]] as number) += value;
  };
  add('esp.pip', state.intakeKpa);
  add('esp.pdp', state.dischargeKpa);
  add('esp.ti', well.intakeC);
  add('esp.tm', state.motorC);
  add('esp.te', well.intakeC + 1 + 0.08 * (state.motorC - well.intakeC));
  add('esp.vx', state.vibrationG);
  add('esp.vy', 0.85 * state.vibrationG);
  add('esp.vz', 0.5 * state.vibrationG);
  add('esp.vpk', 2.5 * state.vibrationG);
  add('esp.leak', instruments.baseLeakageMa + c.leakageMa);
  // Hot windings insulate less: half a decade between 60 and 140 °C [common practice].
  const warm = Math.exp(-0.015 * (state.motorC - 80));
  add('esp.insul', Math.max(0.02, instruments.baseInsulationMohm * c.insulation * warm));
  const [a, b, d] = instruments.baseUnbalance;
  add('esp.ia', state.amps * (1 + a + c.ampsUnbalance));
  add('esp.ib', state.amps * (1 + b - 0.6 * c.ampsUnbalance));
  add('esp.ic', state.amps * (1 + d - 0.4 * c.ampsUnbalance));
  const [va, vb, vd] = instruments.baseVoltUnbalance;
  add('esp.vab', state.volts * (1 + va - c.voltageUnbalance));
  add('esp.vbc', state.volts * (1 + vb + 0.5 * c.voltageUnbalance));
  add('esp.vca', state.volts * (1 + vd + 0.5 * c.voltageUnbalance));
  add('esp.f', c.running ? c.frequencyHz : 0);
  add('esp.kw', state.kw);
  add('esp.pf', state.powerFactor);
  add('esp.thd', instruments.thdPercent + c.thdPercent);
  add('esp.rpm', state.rpm);
  add('esp.run', c.running ? 1 : 0);
  add('esp.trip', c.trip);
  add('well.whp', state.wellheadKpa);
  add('well.chp', state.casingKpa);
  add('well.flp', state.lineKpa);
  add('well.wht', state.headC);
  add('well.choke', c.chokeShown);
  const oil = state.surfaceM3D * (1 - today.fluid.waterCut);
  add('well.ql', state.surfaceM3D);
  add('well.qo', oil);
  add('well.qw', state.surfaceM3D - oil);
  // Separated gas leaves by the casing: the flowline carries what is dissolved beside what went through the pump.
  const dissolved = state.dissolvedM3M3;
  add('well.qg', oil * (dissolved + (today.fluid.gorM3M3 - dissolved) * (1 - 0.3 * well.separation)));
  add('well.wcut', today.fluid.waterCut);
}
