/** One step of a well's physics: annulus level, pump against tubing and choke, motor electrics and heat. */
import { dissolvedGasM3M3, type Fluid, freeGasFraction } from '../pump/fluid.js';
import { pressureKpa } from '../pump/head.js';
import { type Inflow, inflowM3D } from '../pump/inflow.js';
import { electricKw, motorAmps, motorLoad, motorRiseC } from '../pump/motor.js';
import type { Condition } from './condition.js';
import { gasHead, type SimulatedWell, stageHeadM, stagePowerKw } from './drawWell.js';

/** What changes slowly: refreshed once a day. */
export interface WellToday {
  readonly fluid: Fluid;
  readonly inflow: Inflow;
  readonly densityKgM3: number;
  readonly tubingDensityKgM3: number;
  readonly ambientC: number;
}

/** What carries over from step to step, beside everything that gauges may read of it; units as in the columns. */
export interface WellState {
  intakeKpa: number;
  dischargeKpa: number;
  motorC: number;
  headC: number;
  pumpedM3D: number;
  surfaceM3D: number;
  inflowM3D: number;
  amps: number;
  /** At the drive, cable drop included. */
  volts: number;
  kw: number;
  shaftKw: number;
  hydraulicKw: number;
  powerFactor: number;
  rpm: number;
  wellheadKpa: number;
  lineKpa: number;
  casingKpa: number;
  vibrationG: number;
  /** Free gas in the pump, share of the volume. */
  gas: number;
  /** Free and dissolved gas at an intake pressure: kept while that hardly moves, since powers are dear. */
  gasAtKpa: number;
  freeGas: number;
  dissolvedM3M3: number;
}

export function startState(well: SimulatedWell, today: WellToday): WellState {
  const flowing = today.inflow.reservoirKpa - well.designM3D / today.inflow.productivityM3DKpa / (0.6 + 0.4);
  return {
    intakeKpa: Math.max(1000, flowing - pressureKpa(well.belowPumpM, today.densityKgM3)),
    dischargeKpa: pressureKpa(well.pumpDepthM, today.tubingDensityKgM3),
    motorC: well.intakeC + 20,
    headC: today.ambientC,
    pumpedM3D: well.designM3D,
    surfaceM3D: well.designM3D,
    inflowM3D: well.designM3D,
    amps: 0,
    volts: 0,
    kw: 0,
    shaftKw: 0,
    hydraulicKw: 0,
    powerFactor: 0,
    rpm: 0,
    wellheadKpa: well.lineKpa,
    lineKpa: well.lineKpa,
    casingKpa: well.casingKpa,
    vibrationG: 0,
    gas: 0,
    gasAtKpa: Number.NEGATIVE_INFINITY,
    freeGas: 0,
    dissolvedM3M3: 0,
  };
}

const bisections = 13;
const leastIntakeKpa = 60;
/** Of the heat at nameplate: what magnetising current and iron make without load. */
const idleHeat = 0.2;
/** Gas carries heat away far worse than liquid: so much of the cooling a motor in gas alone would lose. */
const gasCoolingLoss = 0.8;
/** Winding insulation is gone long before: no gauge survives to read more. */
const hottestC = 240;

export function stepWell(
  state: WellState,
  well: SimulatedWell,
  today: WellToday,
  c: Condition,
  minutes: number,
): void {
  const hz = c.running ? c.frequencyHz : 0;
  const s = hz / 60;
  const turning = c.running && c.rotation > 0;
  if (Math.abs(state.intakeKpa - state.gasAtKpa) > 0.003 * state.intakeKpa) {
    state.gasAtKpa = state.intakeKpa;
    state.freeGas = freeGasFraction(today.fluid, state.intakeKpa, well.intakeC);
    state.dissolvedM3M3 = dissolvedGasM3M3(today.fluid, state.intakeKpa, well.intakeC);
  }
  const gas = Math.min(0.9, state.freeGas * (1 - well.separation) + c.extraGas);
  state.gas = gas;
  const pumpDensity = today.densityKgM3 * (1 - gas);
  const kpaPerM =
    well.stages *
    s *
    s *
    well.asBuilt *
    c.head *
    gasHead(well.gasModel, well.gasHeadLoss, gas) *
    pressureKpa(1, pumpDensity);
  const leakM3D =
    c.leak * well.designM3D * Math.sqrt(Math.max(0, state.dischargeKpa - state.intakeKpa) / 10_000);
  const column = pressureKpa(well.pumpDepthM, today.tubingDensityKgM3);
  const opening = Math.max(c.choke, 0.01) / 100;
  const surfaceLoss = well.lineLoss * c.lineBlock + well.chokeLoss / (opening * opening);
  const bep = well.stage.bepM3D * s * c.passage;
  const lossPerRate2 = c.intakeLossKpa / (well.designM3D * well.designM3D);
  const pumpKpa = (q: number): number => kpaPerM * stageHeadM(well.stage, q / bep) - lossPerRate2 * q * q;
  /** Surplus of the pump over what tubing, choke and line take at that rate: falls with the rate. */
  const surplus = (q: number): number => {
    const up = Math.max(0, q - leakM3D);
    return (
      state.intakeKpa +
      pumpKpa(q) -
      (well.lineKpa + surfaceLoss * up * up + column + well.tubingFriction * power7by4(up))
    );
  };

  let q = 0;
  let slope = Number.POSITIVE_INFINITY;
  if (turning && surplus(0) > 0) {
    let [low, high] = [0, bep * well.stage.endRatio * 1.3];
    for (let i = 0; i < bisections; i++) {
      const middle = 0.5 * (low + high);
      if (surplus(middle) > 0) low = middle;
      else high = middle;
    }
    const [atLow, atHigh] = [surplus(low), surplus(high)];
    slope = (atLow - atHigh) / (high - low);
    // The last interval is short: a straight line through it gives the rate to a millionth.
    q = atLow > atHigh ? low + atLow / slope : low;
  }
  const surface = Math.max(0, q - leakM3D);

  // Annulus: what flows in and is not pumped fills it. Half implicit, so that long steps stay stable.
  const flowing = state.intakeKpa + pressureKpa(well.belowPumpM, today.densityKgM3);
  const inflow = inflowM3D(today.inflow, flowing) * c.inflow;
  const days = minutes / 1440;
  const net = inflow - q + (q > 0 ? Math.min(leakM3D, q) : 0);
  const stiffness = well.annulusM3Kpa + days * (today.inflow.productivityM3DKpa * c.inflow + 1 / slope);
  state.intakeKpa = Math.max(leastIntakeKpa, state.intakeKpa + (net * days) / stiffness);
  state.inflowM3D = inflow;
  state.pumpedM3D = q;
  state.surfaceM3D = surface;

  const up = well.lineLoss * c.lineBlock * surface * surface;
  state.lineKpa = well.lineKpa + up;
  state.wellheadKpa = state.lineKpa + (well.chokeLoss / (opening * opening)) * surface * surface;
  if (turning) {
    state.dischargeKpa = state.intakeKpa + pumpKpa(q);
    // A shut wellhead sees what the pump can lift: pressure builds to shut-in head.
    if (surface === 0 || c.choke < 2)
      state.wellheadKpa = Math.max(state.wellheadKpa, state.dischargeKpa - column);
  } else {
    // The column falls back through the standing pump until both sides are level.
    const left = Math.exp(-minutes / 15);
    state.dischargeKpa = state.intakeKpa + (state.dischargeKpa - state.intakeKpa) * left;
  }

  const x = bep > 0 ? q / bep : 0;
  electrics(state, well, c, { hz, x, pumpDensity });
  state.hydraulicKw = (q / 86_400) * (turning ? state.dischargeKpa - state.intakeKpa : 0);

  const load = hz > 0 ? motorLoad(well.motor, state.shaftKw, hz) : 0;
  const rise =
    hz > 0
      ? c.rise *
        motorRiseC({
          nameplateRiseC: well.nameplateRiseC,
          load: Math.sqrt(idleHeat + (1 - idleHeat) * load * load),
          // The annulus below the intake sees what is not separated yet.
          speedMS: (q / 86_400 / well.coolingAreaM2) * (1 - gasCoolingLoss * gas),
          referenceMS: well.designM3D / 86_400 / well.coolingAreaM2,
        })
      : 0;
  const target = Math.min(hottestC, well.intakeC + rise);
  state.motorC += (target - state.motorC) * (1 - Math.exp(-minutes / well.motorTauMin));

  const warm = 0.8 * (well.reservoirC - today.ambientC) * (1 - Math.exp((-1.4 * surface) / well.designM3D));
  state.headC += (today.ambientC + warm - state.headC) * (1 - Math.exp(-minutes / 90));
  state.casingKpa = well.casingKpa * (1 + 0.5 * gas) + 250 * c.leak * (q > 0 ? 1 : 0);
  const offPoint = (x - 1) * (x - 1);
  state.vibrationG =
    hz > 0
      ? (0.06 * (1 + 0.8 * offPoint) + c.vibrationG) * s * s * (c.rotation > 0 ? 1 : 0.4) + 0.3 * gas * gas
      : 0.004;
}

/** Blasius: friction of turbulent flow goes with the rate to the power 7/4; two roots are cheaper than a power. */
function power7by4(rate: number): number {
  const root = Math.sqrt(rate);
  return rate * root * Math.sqrt(root);
}

function electrics(
  state: WellState,
  well: SimulatedWell,
  c: Condition,
  at: { readonly hz: number; readonly x: number; readonly pumpDensity: number },
): void {
  const s = at.hz / 60;
  if (s === 0) {
    state.amps = 0;
    state.volts = 0;
    state.kw = 0;
    state.shaftKw = 0;
    state.powerFactor = 0;
    state.rpm = 0;
    return;
  }
  state.shaftKw =
    c.rotation *
    c.shaftPower *
    well.stages *
    s ** 3 *
    Math.max(0.1 * well.stage.powerAtBepKw, stagePowerKw(well.stage, at.x)) *
    (at.pumpDensity / 999);
  const load = motorLoad(well.motor, state.shaftKw, at.hz);
  const amps = motorAmps(well.motor, load, c.voltage) * c.amps;
  const motorKw = state.shaftKw / well.motorEfficiency + 0.03 * well.motor.kw * s;
  const motorVolts = well.motor.volts * s * c.voltage;
  // Drawn power cannot exceed what volts and amps carry: a motor that sags takes more current.
  state.amps = Math.max(amps, motorKw / electricKw(motorVolts, 1, 0.95));
  const dropVolts = well.cableDrop * well.motor.volts * (state.amps / well.motor.amps);
  state.volts = motorVolts + dropVolts;
  state.kw = motorKw + electricKw(dropVolts, state.amps, 1);
  state.powerFactor = state.kw / electricKw(state.volts, state.amps, 1);
  state.rpm = 60 * at.hz * (1 - 0.03 * Math.min(1.5, load));
}
