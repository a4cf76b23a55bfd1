/** An hour's head, load and rate against what the pump's own curve and the well's own inflow say, where equipment is known. */
import type { Equipment } from '../equipment.js';
import { liquidDensityKgM3 } from '../pump/fluid.js';
import { pressureKpa } from '../pump/head.js';
import { headPerStageM, type PumpCurve, powerPerStageKw, pumpCurve } from '../pump/pumpCurve.js';
import { type SignalName, signalNames } from '../signals.js';

const at = (name: SignalName): number => signalNames.indexOf(name);
const [pip, pdp, f, kw] = [at('esp.pip'), at('esp.pdp'), at('esp.f'), at('esp.kw')];
const [ia, ql, wcut] = [at('esp.ia'), at('well.ql'), at('well.wcut')];

/** Catalogue heads apply to 60 Hz where nothing tells the frequency. */
const assumedHz = 60;
/** Water cut and oil gravity only scale the head: a constant error goes into the baseline. */
const assumed = { waterCut: 0.5, oilApi: 28, waterDensityKgM3: 1020 } as const;

export interface PumpFactors {
  /** ln(head measured / head of the new pump at that rate), NaN without curve, stages or rate. */
  head: number;
  /** ln(power drawn / power of the new pump at that rate), up to a constant. */
  load: number;
  /** ln(rate measured at surface / rate that the drawdown says), NaN without inflow data. */
  rateBalance: number;
}

export function createPumpFactors(equipment: Equipment): (hour: Float64Array, out: PumpFactors) => void {
  const curve: PumpCurve | null =
    equipment.pumpCurve60Hz === null || equipment.stages === null ? null : pumpCurve(equipment.pumpCurve60Hz);
  const stages = equipment.stages ?? 1;
  const hasPower = curve?.powersKw.every((p) => p > 0) ?? false;
  const { reservoirKpa, productivityM3DKpa, pumpDepthM, perfDepthM } = equipment;
  const belowPumpM = pumpDepthM === null || perfDepthM === null ? 0 : perfDepthM - pumpDepthM;

  return (hour, out) => {
    const waterCut = Number.isNaN(hour[wcut]) ? assumed.waterCut : (hour[wcut] as number);
    const density = liquidDensityKgM3({
      oilApi: equipment.oilApi ?? assumed.oilApi,
      waterCut,
      waterDensityKgM3: assumed.waterDensityKgM3,
    });
    const hz = Number.isNaN(hour[f]) ? assumedHz : (hour[f] as number);
    const measured = hour[ql] as number;
    const flowingKpa = (hour[pip] as number) + pressureKpa(belowPumpM, density);
    const inflow =
      reservoirKpa === null || productivityM3DKpa === null
        ? Number.NaN
        : Math.max(productivityM3DKpa * (reservoirKpa - flowingKpa), 0);
    out.rateBalance = measured > 0.5 && inflow > 0.5 ? Math.log(measured / inflow) : Number.NaN;
    const rate = measured > 0.5 ? measured : inflow;
    out.head = Number.NaN;
    out.load = Number.NaN;
    if (curve === null || !(rate > 0)) return;
    const newKpa = pressureKpa(stages * headPerStageM(curve, rate, hz), density);
    const gainKpa = (hour[pdp] as number) - (hour[pip] as number);
    // Past the end of its curve a pump has no head to compare with.
    if (newKpa > 100 && gainKpa > 30) out.head = Math.log(gainKpa / newKpa);
    if (!hasPower) return;
    const newKw = stages * powerPerStageKw(curve, rate, hz, density / 999);
    const drawn = Number.isNaN(hour[kw]) ? ((hour[ia] as number) * hz) / 60 : (hour[kw] as number);
    if (newKw > 0.1 && drawn > 0.1) out.load = Math.log(drawn / newKw);
  };
}
