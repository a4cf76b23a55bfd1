/** A minute's signals as channel values: logarithms of ratios, with the affinity laws taking out the frequency. */
import { type SignalName, signalNames } from '../signals.js';
import { channelIndex } from './channels.js';

const at = (name: SignalName): number => signalNames.indexOf(name);
const [pip, pdp, ti, tm] = [at('esp.pip'), at('esp.pdp'), at('esp.ti'), at('esp.tm')];
const [vx, vy, vz, vpk] = [at('esp.vx'), at('esp.vy'), at('esp.vz'), at('esp.vpk')];
const [leak, insul, ia, vab] = [at('esp.leak'), at('esp.insul'), at('esp.ia'), at('esp.vab')];
const [f, kw, pf, thd, rpm] = [at('esp.f'), at('esp.kw'), at('esp.pf'), at('esp.thd'), at('esp.rpm')];
const [whp, chp, flp, wht, choke] = [
  at('well.whp'),
  at('well.chp'),
  at('well.flp'),
  at('well.wht'),
  at('well.choke'),
];
const [ql, qo, qw, qg, wcut] = [at('well.ql'), at('well.qo'), at('well.qw'), at('well.qg'), at('well.wcut')];
const run = at('esp.run');

/** Levels that a minute gives by itself: `channels` before the pump's factors, in the same order. */
export const minuteLevels = channelIndex('headFactor');

const atmosphereKpa = 101.325;
/** Torque goes with f², and a third of the current is there without load: between them [domain.md B1]. */
const ampsExponent = 1.3;
/** Shaft power goes with f³, losses with less. */
const powerExponent = 2.7;

/** Below these a drive does not turn the pump, whatever the run flag says of an hour ago. */
const turningMin = { hz: 5, amps: 2, kw: 1 } as const;

/** 1 running, 0 not, by the most direct signal there is; without any a pump is taken to run. */
export function isRunning(v: Float32Array): boolean {
  const hz = v[f] as number;
  if (hz < turningMin.hz) return false;
  const flag = v[run] as number;
  if (!Number.isNaN(flag)) return flag >= 0.5;
  const amps = v[ia] as number;
  if (!Number.isNaN(amps)) return amps > turningMin.amps;
  const kilowatts = v[kw] as number;
  return Number.isNaN(kilowatts) || kilowatts > turningMin.kw;
}

const log = Math.log;
const logAbove = (x: number, floor: number): number => (x > floor ? log(x) : Number.NaN);

/** `v` in the order of `signalNames`, NaN where missing; fills `out[0..minuteLevels)`, NaN where a signal it needs is. */
export function fillMinuteLevels(v: Float32Array, out: Float64Array): void {
  const g = (i: number): number => v[i] as number;
  const hz = g(f);
  // Without the frequency the drive is taken as one of fixed speed.
  const s = hz >= turningMin.hz ? log(hz / 60) : 0;
  const amps = meanOf3(v, ia);
  const logAmps = logAbove(amps, 0.5);
  out[0] = log(g(pip) + atmosphereKpa);
  out[1] = logAbove(g(pdp) - g(pip), 30) - 2 * s;
  out[2] = logAbove(g(pdp) - g(whp), 30);
  out[3] = logAmps - ampsExponent * s;
  out[4] = logAbove(g(kw), 0.5) - powerExponent * s;
  out[5] = logAbove(g(tm) - g(ti), 0.5) - 2 * logAmps;
  out[6] = g(tm) / 20;
  out[7] = g(ti) / 5;
  out[8] = 10 * imbalanceOf3(v, ia);
  out[9] = 20 * imbalanceOf3(v, vab);
  out[10] = g(leak) / 2;
  out[11] = log(g(insul) + 0.05);
  out[12] = log(rms(v) + 0.01);
  out[13] = log(g(vpk) + 0.01);
  out[14] = log(g(whp) + atmosphereKpa);
  out[15] = log(g(chp) + atmosphereKpa);
  out[16] = log(g(flp) + atmosphereKpa);
  out[17] = g(wht) / 5;
  const liquid = Number.isNaN(g(ql)) ? g(qo) + g(qw) : g(ql);
  out[18] = logAbove(liquid, 0.5) - s;
  out[19] = logAbove(g(qg), 1) - logAbove(liquid, 0.5);
  out[20] = 10 * (Number.isNaN(g(wcut)) ? g(qw) / liquid : g(wcut));
  out[21] = 10 * g(pf);
  out[22] = g(thd) / 5;
  out[23] = hz >= turningMin.hz ? (20 * Math.abs(g(rpm))) / (60 * hz) : Number.NaN;
  const opening = Number.isNaN(g(choke)) ? 0 : logAbove(g(choke), 1);
  out[24] = 0.5 * logAbove(g(whp) - g(flp), 10) + opening - s;
  out[25] = logAbove(meanOf3(v, vab), 50) - s;
  out[26] = hz >= turningMin.hz ? 10 * s : Number.NaN;
  out[27] = g(choke) / 20;
}

/** Of the phases that are there. */
function meanOf3(v: Float32Array, first: number): number {
  let sum = 0;
  let n = 0;
  for (let i = first; i < first + 3; i++) {
    const x = v[i] as number;
    if (x === x) {
      sum += x;
      n++;
    }
  }
  return n === 0 ? Number.NaN : sum / n;
}

/** Greatest distance between phases over their mean; all three are needed. */
function imbalanceOf3(v: Float32Array, first: number): number {
  const [a, b, c] = [v[first] as number, v[first + 1] as number, v[first + 2] as number];
  const mean = (a + b + c) / 3;
  return mean > 1 ? (Math.max(a, b, c) - Math.min(a, b, c)) / mean : Number.NaN;
}

/** Of the axes that are there. */
function rms(v: Float32Array): number {
  let sum = 0;
  let n = 0;
  for (const i of [vx, vy, vz]) {
    const x = v[i] as number;
    if (x === x) {
      sum += x * x;
      n++;
    }
  }
  return n === 0 ? Number.NaN : Math.sqrt(sum / n);
}
