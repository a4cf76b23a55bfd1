/** The columns of Petrobras' 3W dataset: their canonical tags, and how their units become ours. */

export interface ThreeWColumn {
  readonly tag: string;
  /** Canonical value = 3W value × factor. */
  readonly factor: number;
}

const kPaPerPa = 1e-3;
const secondsPerDay = 86_400;
const column = (tag: string, factor = 1): ThreeWColumn => ({ tag, factor });

/** Pa, °C, m³/s, sm³/s and valve states 0, 0.5, 1 in; kPa, °C, m³/d, sm³/d out. JUS is downstream, MON upstream. */
export const threeWColumns: Readonly<Record<string, ThreeWColumn>> = {
  'P-PDG': column('well.pdg.p', kPaPerPa),
  'T-PDG': column('well.pdg.t'),
  'P-TPT': column('well.tpt.p', kPaPerPa),
  'T-TPT': column('well.tpt.t'),
  'PT-P': column('well.tree.p', kPaPerPa),
  'P-ANULAR': column('well.annulus.p', kPaPerPa),
  'P-MON-CKP': column('well.choke.up.p', kPaPerPa),
  'P-JUS-CKP': column('well.choke.down.p', kPaPerPa),
  'T-MON-CKP': column('well.choke.up.t'),
  'T-JUS-CKP': column('well.choke.down.t'),
  'P-MON-SDV-P': column('well.sdv.up.p', kPaPerPa),
  'P-JUS-BS': column('well.service.down.p', kPaPerPa),
  'ABER-CKP': column('well.choke'),
  'ABER-CKGL': column('gl.choke'),
  'P-MON-CKGL': column('gl.choke.up.p', kPaPerPa),
  'P-JUS-CKGL': column('gl.choke.down.p', kPaPerPa),
  'T-JUS-CKGL': column('gl.choke.down.t'),
  QGL: column('gl.qgi', secondsPerDay),
  QBS: column('well.service.q', secondsPerDay),
  'ESTADO-DHSV': column('well.dhsv'),
  'ESTADO-M1': column('well.m1'),
  'ESTADO-M2': column('well.m2'),
  'ESTADO-W1': column('well.w1'),
  'ESTADO-W2': column('well.w2'),
  'ESTADO-PXO': column('well.pxo'),
  'ESTADO-XO': column('well.xo'),
  'ESTADO-SDV-P': column('well.sdv'),
  'ESTADO-SDV-GL': column('gl.sdv'),
};
