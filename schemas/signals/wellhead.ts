/** Signals every producing well has: tree, choke, flow. */
import { type Signal, signal } from './signal.js';

// Pressures up to 15k psi trees (103 MPa). Temperatures: −33.8 °C was measured in a blow-down, so −50 is still possible.
export const wellheadSignals: readonly Signal[] = [
  signal('well.whp', 'pressure', 'kPa', [-101, 105_000], 'Presión de cabeza', 'Wellhead pressure'),
  signal('well.wht', 'temperature', '°C', [-50, 250], 'Temperatura de cabeza', 'Wellhead temperature'),
  signal('well.chp', 'pressure', 'kPa', [-101, 105_000], 'Presión de revestimiento', 'Casing pressure'),
  signal('well.flp', 'pressure', 'kPa', [-101, 105_000], 'Presión de línea', 'Flowline pressure'),
  signal('well.choke', 'opening', '%', [-5, 105], 'Apertura del estrangulador', 'Choke opening'),
  signal(
    'well.choke.up.p',
    'pressure',
    'kPa',
    [-101, 105_000],
    'Presión antes del estrangulador',
    'Pressure upstream of the choke',
  ),
  signal(
    'well.choke.down.p',
    'pressure',
    'kPa',
    [-101, 105_000],
    'Presión tras el estrangulador',
    'Pressure downstream of the choke',
  ),
  signal(
    'well.choke.up.t',
    'temperature',
    '°C',
    [-50, 250],
    'Temperatura antes del estrangulador',
    'Temperature upstream of the choke',
  ),
  signal(
    'well.choke.down.t',
    'temperature',
    '°C',
    [-50, 250],
    'Temperatura tras el estrangulador',
    'Temperature downstream of the choke',
  ),
  signal('well.ql', 'rate', 'm³/d', [0, 20_000], 'Caudal de líquido', 'Liquid rate'),
  signal('well.qo', 'rate', 'm³/d', [0, 20_000], 'Caudal de petróleo', 'Oil rate'),
  signal('well.qw', 'rate', 'm³/d', [0, 20_000], 'Caudal de agua', 'Water rate'),
  signal('well.qg', 'rate', 'sm³/d', [0, 2e7], 'Caudal de gas', 'Gas rate'),
  signal('well.wcut', 'fraction', '%', [0, 100], 'Corte de agua', 'Water cut'),
  signal('well.bsw', 'fraction', '%', [0, 100], 'Agua y sedimentos', 'Basic sediment and water'),
  signal('well.gor', 'ratio', 'm³/m³', [0, 1e5], 'Relación gas-petróleo', 'Gas-oil ratio'),
  signal('well.h2s', 'fraction', '%', [0, 100], 'H₂S', 'H₂S'),
  signal('well.lel', 'fraction', '%', [0, 100], 'Límite inferior de explosividad', 'Lower explosive limit'),
  signal('well.tank.level', 'length', 'm', [0, 30], 'Nivel de tanque', 'Tank level'),
  signal('well.separator.p', 'pressure', 'kPa', [-101, 20_000], 'Presión de separador', 'Separator pressure'),
];
