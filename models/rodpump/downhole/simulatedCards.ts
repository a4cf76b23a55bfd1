/** Downhole cards of drawn wells with what each shows: what the classifier learns from, and is judged on. */
import { PumpCardSolver } from '../wave/pumpCard.js';
import { type DownholeCard, type DownholeInput, downholeInput } from './downholeInput.js';
import { downholeModes } from './downholeModes.js';
import { drawStrokes, type StrokeSettingName, strokeSettings } from './randomStroke.js';
import { solvedStroke } from './solvedStroke.js';

export interface SimulatedCard {
  readonly card: DownholeCard;
  readonly input: DownholeInput;
  /** Place in `downholeModes`. */
  readonly label: number;
}

/** Every so manyth well has no specific gravity in its file. */
const unknownFluidEvery = 5;

export function simulatedCards(setting: StrokeSettingName, count: number, seed: number): SimulatedCard[] {
  const solver = new PumpCardSolver();
  return drawStrokes(strokeSettings[setting], count, seed).flatMap((drawn, i) => {
    const card = solvedStroke(solver, drawn, i % unknownFluidEvery !== 0);
    const input = downholeInput(card);
    return input === null ? [] : [{ card, input, label: downholeModes.indexOf(drawn.condition) }];
  });
}
