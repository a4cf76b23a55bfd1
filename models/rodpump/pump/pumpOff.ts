/** When to stop a well that pumps off: so many strokes in a row below the fillage wanted. */

export interface PumpOffLimits {
  /** Fillage below which a stroke counts, 0–1: controllers are set to .60–.85. */
  readonly fillageMin: number;
  /** Strokes in a row. */
  readonly strokes: number;
  /** Strokes in a row where gas is what fills badly: stopping does not help it, so wait longer (10–15). */
  readonly gasStrokes: number;
}

/** Domain notes A2. */
export const pumpOffDefaults: PumpOffLimits = { fillageMin: 0.7, strokes: 3, gasStrokes: 12 };

export interface PumpOffState {
  readonly lowStrokes: number;
}

export interface StrokeSeen {
  /** 0–1, or null where the stroke could not be judged: it neither counts nor ends the row. */
  readonly fillage: number | null;
  readonly gas: boolean;
}

export type PumpOffAdvice = 'run' | 'watch' | 'stop';

export function stepPumpOff(
  state: PumpOffState,
  stroke: StrokeSeen,
  limits: PumpOffLimits = pumpOffDefaults,
): { readonly state: PumpOffState; readonly advice: PumpOffAdvice; readonly strokesNeeded: number } {
  const strokesNeeded = stroke.gas ? limits.gasStrokes : limits.strokes;
  if (stroke.fillage === null)
    return { state, advice: state.lowStrokes > 0 ? 'watch' : 'run', strokesNeeded };
  const lowStrokes = stroke.fillage < limits.fillageMin ? state.lowStrokes + 1 : 0;
  const advice = lowStrokes >= strokesNeeded ? 'stop' : lowStrokes > 0 ? 'watch' : 'run';
  return { state: { lowStrokes }, advice, strokesNeeded };
}
