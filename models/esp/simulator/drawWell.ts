/** Draws one well that could be: its pump, motor and inflow fit the rate it was designed for. */
import type { Equipment, PumpCurvePoint } from '../equipment.js';
import { bubblePointKpa, type Fluid, freeGasFraction, liquidDensityKgM3 } from '../pump/fluid.js';
import { pressureKpa } from '../pump/head.js';
import { type Inflow, inflowM3D } from '../pump/inflow.js';
import type { MotorRating } from '../pump/motor.js';
import { frictionKpa } from '../pump/tubing.js';
import { type Draw, drawFrom, seedOf } from './draw.js';
import type { GasModel, Ranges } from './ranges.js';

/** A stage at 60 Hz in water, by x = rate / best-efficiency rate: head a cubic, power a parabola. */
export interface Stage {
  readonly bepM3D: number;
  readonly head: readonly [number, number, number, number];
  readonly powerAtBepKw: number;
  readonly shutInPower: number;
  readonly endRatio: number;
}

export interface SimulatedWell {
  readonly fluid: Fluid;
  readonly inflow: Inflow;
  readonly pumpDepthM: number;
  readonly belowPumpM: number;
  readonly reservoirC: number;
  readonly intakeC: number;
  /** m³ of annulus a kPa of level. */
  readonly annulusM3Kpa: number;
  readonly coolingAreaM2: number;
  readonly separation: number;
  /** kPa at 1 m³/d, to the power 1.75. */
  readonly tubingFriction: number;
  /** Of the liquid in the tubing, lighter for the gas it carries. */
  readonly tubingDensity: number;
  readonly lineKpa: number;
  /** kPa (m³/d)⁻² at full opening. */
  readonly chokeLoss: number;
  readonly lineLoss: number;
  readonly casingKpa: number;
  readonly stage: Stage;
  readonly stages: number;
  readonly asBuilt: number;
  readonly gasModel: GasModel;
  readonly gasHeadLoss: number;
  readonly motor: MotorRating;
  readonly motorEfficiency: number;
  readonly nameplateRiseC: number;
  readonly motorTauMin: number;
  readonly cableDrop: number;
  readonly lineWander: number;
  readonly frequencyHz: number;
  readonly choke: number;
  readonly designM3D: number;
  readonly declineYear: number;
  readonly installedMs: number;
  /** As a customer would know it: everything, to catalogue accuracy. */
  readonly equipment: Equipment;
}

/** Casing and tubing in common use, inner diameters in mm. */
const casings = [124, 157, 160, 220];
const tubings = [50.7, 62, 76, 100];

/** Cubic through shut-in head, 1 at x = 1 and 0 at the end, with the given slope at shut-in. */
export function headCubic(shutIn: number, slope: number, end: number): [number, number, number, number] {
  const c3 = -(shutIn + slope * end + (1 - shutIn - slope) * end ** 2) / (end ** 3 - end ** 2);
  return [shutIn, slope, 1 - shutIn - slope - c3, c3];
}

export function stageHeadM(stage: Stage, x: number): number {
  const [a, b, c, d] = stage.head;
  return a + x * (b + x * (c + x * d));
}

export function stagePowerKw(stage: Stage, x: number): number {
  const p0 = stage.shutInPower;
  return stage.powerAtBepKw * (p0 + (1 - p0) * x * (1.25 - 0.25 * x));
}

export function drawWell(ranges: Ranges, seed: number, index: number, startMs: number): SimulatedWell {
  const draw = drawFrom(seedOf(seed, index, 0));
  for (let attempt = 0; attempt < 60; attempt++) {
    const well = attemptWell(ranges, draw, startMs);
    if (well !== null) return well;
  }
  throw new RangeError('these ranges give no well that could produce');
}

function attemptWell(ranges: Ranges, draw: Draw, startMs: number): SimulatedWell | null {
  const rate = draw.logBetween(ranges.rateM3DLog);
  const pumpDepthM = draw.between(ranges.pumpDepthM);
  const belowPumpM = draw.between(ranges.perforationsBelowM);
  const perfDepthM = pumpDepthM + belowPumpM;
  const reservoirKpa = perfDepthM * draw.between(ranges.reservoirKpaPerM);
  const reservoirC = 15 + perfDepthM * draw.between(ranges.geothermalCPerM);
  const intakeC = reservoirC - belowPumpM * 0.01;
  const fluid: Fluid = {
    oilApi: draw.between(ranges.oilApi),
    waterCut: draw.between(ranges.waterCut),
    gorM3M3: draw.logBetween(ranges.gorM3M3Log),
    gasGravity: draw.between(ranges.gasGravity),
    waterDensityKgM3: draw.between([1010, 1100]),
  };
  const density = liquidDensityKgM3(fluid);
  const intakeKpa = draw.between(ranges.intakeKpa);
  const flowingKpa = intakeKpa + pressureKpa(belowPumpM, density);
  const bubbleKpa = bubblePointKpa(fluid, reservoirC);
  const separation = draw.between(ranges.separation);
  const pumpedGas = freeGasFraction(fluid, intakeKpa, intakeC) * (1 - separation);
  // A pump that stands in gas from the first day is not run: its designer would have gone deeper.
  if (flowingKpa > 0.85 * reservoirKpa || pumpedGas > 0.25) return null;
  const perJ = inflowM3D({ reservoirKpa, bubbleKpa, productivityM3DKpa: 1 }, flowingKpa);
  const inflow: Inflow = { reservoirKpa, bubbleKpa, productivityM3DKpa: rate / perJ };

  const tubingMm = tubings[Math.min(3, Math.floor(Math.log10(Math.max(rate, 32) / 20) * 2))] as number;
  const casingMm = casings[Math.min(3, (rate > 600 ? 2 : 0) + Math.floor(draw.unit() * 2))] as number;
  const motorMm = casingMm * draw.between([0.72, 0.86]);
  const lineKpa = draw.between(ranges.lineKpa);
  const chokeDrop = draw.between(ranges.chokeDropKpa);
  const choke = draw.between([35, 100]);
  const friction = frictionKpa({
    rateM3D: rate,
    lengthM: pumpDepthM,
    innerMm: tubingMm,
    densityKgM3: density,
    viscosityPaS: draw.logBetween(ranges.viscosityPaSLog),
    roughness: 0.0006,
  });
  const tubingDensity =
    density * (1 - 0.5 * freeGasFraction(fluid, 0.35 * pressureKpa(pumpDepthM, density), intakeC * 0.8));
  const dischargeKpa = lineKpa + chokeDrop + friction + pressureKpa(pumpDepthM, tubingDensity);
  if (dischargeKpa < intakeKpa + 1500) return null;

  const frequencyHz = draw.between(ranges.frequencyHz);
  const s = frequencyHz / 60;
  const x = draw.between(ranges.designRatio);
  const gasModel = draw.pick(ranges.gasModels);
  const gasHeadLoss = draw.between(ranges.gasHeadLoss);
  const endRatio = draw.between(ranges.endRatio);
  const bepHeadM = draw.between(ranges.headPerStageM);
  const unitHead = headCubic(draw.between(ranges.shutInRatio), draw.between(ranges.startSlope), endRatio);
  const bepM3D = rate / s / x;
  const hydraulicKw = ((bepM3D / 86_400) * bepHeadM * 999 * 9.80665) / 1000;
  const stage: Stage = {
    bepM3D,
    head: unitHead.map((c) => c * bepHeadM) as [number, number, number, number],
    powerAtBepKw: hydraulicKw / draw.between(ranges.pumpEfficiency),
    shutInPower: draw.between(ranges.shutInPower),
    endRatio,
  };
  const asBuilt = draw.between(ranges.asBuilt);
  const perStageKpa = pressureKpa(
    stageHeadM(stage, x) * s * s * asBuilt * gasHead(gasModel, gasHeadLoss, pumpedGas),
    density * (1 - pumpedGas),
  );
  const stages = Math.round((dischargeKpa - intakeKpa) / perStageKpa);
  if (!(stages >= 15 && stages <= 500)) return null;
  const shaftKw = stages * stagePowerKw(stage, x) * s ** 3 * (density / 999);
  const kw = Math.ceil((shaftKw / s) * draw.between(ranges.motorMargin));
  const volts = Math.round(draw.logBetween(ranges.motorVoltsLog) / 5) * 5;
  const motorEfficiency = draw.between(ranges.motorEfficiency);
  const amps = Math.round((10 * 1000 * kw) / (Math.sqrt(3) * volts * motorEfficiency * 0.84)) / 10;
  if (amps < 8 || amps > 250) return null;
  const annulusM2 = (Math.PI / 4) * ((casingMm / 1000) ** 2 - 0.089 ** 2);
  const installedMs = startMs - draw.between([3, 700]) * 86_400_000;

  return {
    fluid,
    inflow,
    pumpDepthM,
    belowPumpM,
    reservoirC,
    intakeC,
    annulusM3Kpa: Math.max(annulusM2, 0.004) / ((density * 9.80665) / 1000),
    coolingAreaM2: (Math.PI / 4) * ((casingMm / 1000) ** 2 - (motorMm / 1000) ** 2),
    separation,
    tubingFriction: friction / rate ** 1.75,
    tubingDensity,
    lineKpa,
    chokeLoss: (chokeDrop * (choke / 100) ** 2) / rate ** 2,
    lineLoss: (0.1 * lineKpa) / rate ** 2,
    casingKpa: Math.min(draw.between(ranges.casingPressureKpa), 0.6 * intakeKpa),
    stage,
    stages,
    asBuilt,
    gasModel,
    gasHeadLoss,
    motor: { kw, volts, amps, idleShare: draw.between(ranges.idleShare) },
    motorEfficiency,
    nameplateRiseC: draw.between(ranges.nameplateRiseC),
    motorTauMin: draw.between(ranges.motorTauMin),
    cableDrop: draw.between(ranges.cableDrop),
    lineWander: draw.between(ranges.lineWander),
    frequencyHz,
    choke,
    designM3D: rate,
    declineYear: draw.between(ranges.declineYear),
    installedMs,
    equipment: {
      installedMs,
      stages,
      bepM3D: Math.round(bepM3D),
      pumpCurve60Hz: catalogue(stage, ranges.catalogueError, draw),
      motorKw: kw,
      motorV: volts,
      motorA: amps,
      pumpDepthM: Math.round(pumpDepthM),
      perfDepthM: Math.round(perfDepthM),
      reservoirKpa: Math.round(reservoirKpa * draw.logNormal(0.05)),
      productivityM3DKpa: Number((inflow.productivityM3DKpa * draw.logNormal(0.15)).toPrecision(3)),
      oilApi: Math.round(fluid.oilApi),
      gorM3M3: Math.round(fluid.gorM3M3 * draw.logNormal(0.1)),
      casingIdMm: casingMm,
      problems: [],
    },
  };
}

function catalogue(stage: Stage, error: number, draw: Draw): PumpCurvePoint[] {
  const [headError, powerError] = [1 + error * draw.normal(), 1 + error * draw.normal()];
  return Array.from({ length: 12 }, (_, i) => {
    const x = (stage.endRatio * i) / 11;
    return {
      rateM3D: Number((x * stage.bepM3D).toPrecision(4)),
      headMPerStage: Number((stageHeadM(stage, x) * headError).toFixed(3)),
      powerKwPerStage: Number((stagePowerKw(stage, x) * powerError).toFixed(4)),
    };
  });
}

/** Share of its head that a stage keeps with that share of free gas in it. */
export function gasHead(model: GasModel, loss: number, gas: number): number {
  switch (model) {
    case 'linear':
      return Math.max(0.05, 1 - loss * gas);
    case 'quadratic':
      return Math.max(0.05, 1 - 0.3 * loss * gas - 3 * loss * gas * gas);
    case 'threshold':
      // Turpin-like: little happens up to a limit, then the head collapses.
      return Math.max(0.05, 1 - 0.4 * loss * gas - (gas > 0.2 ? 4 * loss * (gas - 0.2) : 0));
  }
}
