/** Draws a pumping well in one of the conditions of a downhole card, and simulates what a load cell on it would see. */
import { seededRandom } from '../../flow-autoencoder/random.js';
import { resampleLoop } from '../wave/resampleLoop.js';
import {
  circleM2,
  gravityMS2,
  type RodString,
  rodString,
  steel,
  steelSection,
  weightInFluidN,
} from '../wave/rodString.js';
import { simulateStroke } from '../wave/simulateStroke.js';
import { type DownholeMode, downholeModes } from './downholeModes.js';

type Range = readonly [low: number, high: number];

/** What wells are drawn from, even between both ends of each range: declared before anything was trained. */
export interface StrokeSetting {
  readonly depthM: Range;
  readonly strokeM: Range;
  readonly spm: Range;
  readonly plungerMm: Range;
  readonly fluidSg: Range;
  readonly dampingPerS: Range;
  /** How far a pump is off, of what is graded. */
  readonly severity: Range;
  /** Dry friction ÷ fluid load. */
  readonly friction: Range;
  /** Noise of the load cell, share of the range of loads. */
  readonly noise: Range;
  /** Unevenness of the crank: sine added to the phase, rad. */
  readonly skew: Range;
  /** The file of the well errs by this share in its depth. */
  readonly depthError: Range;
}

export const strokeSettings = {
  /** What the classifier learns from. */
  usual: {
    depthM: [500, 2200],
    strokeM: [1.2, 4.5],
    spm: [3, 11],
    plungerMm: [32, 70],
    fluidSg: [0.85, 1.08],
    dampingPerS: [0.08, 0.35],
    severity: [0.15, 0.7],
    friction: [0, 0.08],
    noise: [0.001, 0.01],
    skew: [-0.25, 0.25],
    depthError: [-0.005, 0.005],
  },
  /** What it is judged on besides: deeper, thicker, noisier, worse known. */
  shifted: {
    depthM: [1500, 2900],
    strokeM: [2.5, 6],
    spm: [2, 8],
    plungerMm: [28, 57],
    fluidSg: [0.8, 1.15],
    dampingPerS: [0.25, 0.5],
    severity: [0.1, 0.6],
    friction: [0.02, 0.15],
    noise: [0.005, 0.02],
    skew: [-0.4, 0.4],
    depthError: [-0.02, 0.02],
  },
} as const satisfies Readonly<Record<string, StrokeSetting>>;
export type StrokeSettingName = keyof typeof strokeSettings;

export interface DrawnStroke {
  readonly condition: DownholeMode;
  /** As the file of the well has it. */
  readonly rods: RodString;
  readonly fluidSg: number;
  readonly periodS: number;
  /** Measured at the polished rod, at equal times. */
  readonly positionM: Float64Array;
  readonly loadN: Float64Array;
}

const depthSteps = 60;
/** Strokes until a simulated well is steady. */
const strokes = 4;
const pointsRange = [100, 360] as const;
/** Cross-section of tubing that is not anchored, of 60 to 89 mm pipe [M]. */
const tubingM2 = [0.8e-3, 1.7e-3] as const;
/** Rods part somewhere below this share of the string [M]. */
const partedFrom = 0.3;

/** Never the same twice, the same for a seed; conditions by turns. */
export function drawStrokes(setting: StrokeSetting, count: number, seed: number): DrawnStroke[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) =>
    drawStroke(setting, downholeModes[i % downholeModes.length] as DownholeMode, random),
  );
}

function drawStroke(setting: StrokeSetting, condition: DownholeMode, random: () => number): DrawnStroke {
  const between = ([low, high]: Range) => low + (high - low) * random();
  const periodS = 60 / between(setting.spm);
  const strokeM = between(setting.strokeM);
  const fluidSg = between(setting.fluidSg);
  const depthM = between(setting.depthM);
  const string = drawString(depthM, random);
  const compliance = string.sections.reduce((sum, s) => sum + s.lengthM / (s.youngPa * s.areaM2), 0);
  // A pump that would stretch the rods by more than half of the stroke would not have been chosen.
  const loadMaxN = (0.5 * strokeM) / compliance;
  const areaM2 = circleM2(between(setting.plungerMm));
  const liftedN = areaM2 * fluidSg * 1000 * gravityMS2 * depthM * between([0.5, 1]);
  const fluidLoadN = Math.min(liftedN, loadMaxN);
  const severity = between(setting.severity);
  const skew = between(setting.skew);
  const seen = condition === 'rod_part' ? parted(string, between([partedFrom, 1])) : string;
  const { surface } = simulateStroke({
    string: seen,
    pump: {
      condition,
      fluidLoadN,
      strokeM: strokeM - fluidLoadN * compliance,
      severity,
      speedMS: (Math.PI * strokeM) / periodS,
      frictionN: fluidLoadN * between(setting.friction),
    },
    periodS,
    polishedRodM: (phase) => {
      const turn = 2 * Math.PI * phase;
      return (strokeM / 2) * (1 - Math.cos(turn + skew * Math.sin(turn)));
    },
    dampingPerS: between(setting.dampingPerS),
    steps: depthSteps,
    strokes,
    ...(condition === 'unanchored_tubing' ? { tubingNM: (between(tubingM2) * steel.youngPa) / depthM } : {}),
  });
  const points = Math.round(between(pointsRange));
  const positionM = new Float64Array(points);
  const loadN = new Float64Array(points);
  resampleLoop(surface.positionM, surface.positionM.length, positionM, points);
  resampleLoop(surface.loadN, surface.loadN.length, loadN, points);
  const weightN = weightInFluidN(seen, fluidSg);
  const rangeN = Math.max(...loadN) - Math.min(...loadN);
  const noiseN = between(setting.noise) * rangeN;
  for (let i = 0; i < points; i++)
    loadN[i] = (loadN[i] as number) + weightN + noiseN * (random() + random() + random() - 1.5) * 2;
  const known = 1 + between(setting.depthError);
  const rods = rodString(string.sections.map((s) => ({ ...s, lengthM: s.lengthM * known })));
  return { condition, rods, fluidSg, periodS, positionM, loadN };
}

/** One to three sizes, thinner downwards. */
function drawString(depthM: number, random: () => number): RodString {
  const sizesMm = [25.4, 22.2, 19.05, 15.9];
  const sizes = 1 + Math.floor(random() * 3);
  const first = depthM > 1800 ? 0 : Math.floor(random() * (sizesMm.length - sizes + 1));
  const shares = Array.from({ length: sizes }, () => 0.6 + random());
  const sum = shares.reduce((a, b) => a + b);
  return rodString(
    shares.map((share, i) => steelSection((depthM * share) / sum, sizesMm[first + i] as number)),
  );
}

/** The upper `share` of a string. */
function parted(string: RodString, share: number): RodString {
  let leftM = string.lengthM * share;
  const sections = [];
  for (const section of string.sections) {
    if (leftM <= 0) break;
    const lengthM = Math.min(leftM, section.lengthM);
    sections.push({ ...section, lengthM });
    leftM -= lengthM;
  }
  return rodString(sections);
}
