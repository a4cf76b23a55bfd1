/** Signals of a sucker-rod pump. Cards are records of their own (topic `edge.cards.v1`), not signals. */
import { type Signal, signal } from './signal.js';

// Ranges: the largest API pumping units (40,000–47,000 lbf structure, 1,824 in-klbf gearbox) with margin.
export const rodPumpSignals: readonly Signal[] = [
  signal('srp.spm', 'speed', '1/min', [0, 30], 'Golpes por minuto', 'Strokes per minute'),
  signal('srp.fillage', 'fraction', '%', [0, 120], 'Llenado de bomba', 'Pump fillage'),
  signal('srp.pprl', 'load', 'kN', [0, 300], 'Carga máxima en la barra pulida', 'Peak polished-rod load'),
  signal(
    'srp.mprl',
    'load',
    'kN',
    [-20, 300],
    'Carga mínima en la barra pulida',
    'Minimum polished-rod load',
  ),
  signal('srp.torque', 'torque', 'kN·m', [-300, 300], 'Par en la caja reductora', 'Gearbox torque'),
  signal('srp.gearbox', 'fraction', '%', [0, 300], 'Carga de la caja reductora', 'Gearbox loading'),
  signal('srp.motor.a', 'current', 'A', [0, 1000], 'Corriente del motor', 'Motor current'),
  signal('srp.motor.kw', 'power', 'kW', [-500, 500], 'Potencia del motor', 'Motor power'),
  signal('srp.run', 'state', '1', [0, 2], 'Estado de marcha', 'Run state'),
  signal('srp.tis', 'counter', 'h', [0, 1e5], 'Tiempo en el estado', 'Time in state'),
  signal('srp.runtime', 'fraction', '%', [0, 100], 'Tiempo de marcha', 'Runtime'),
  signal('srp.cycles', 'counter', '1', [0, 1e4], 'Ciclos por día', 'Cycles a day'),
  signal('srp.fluid_level', 'length', 'm', [0, 6000], 'Nivel de fluido', 'Fluid level'),
  signal(
    'srp.pip',
    'pressure',
    'kPa',
    [-101, 70_000],
    'Presión de admisión (calculada)',
    'Intake pressure (computed)',
  ),
  signal('srp.efficiency', 'fraction', '%', [0, 150], 'Eficiencia de bomba', 'Pump efficiency'),
];
