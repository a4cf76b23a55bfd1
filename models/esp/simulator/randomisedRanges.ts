/** Ranges for training: every well its own mixture of settings, its onsets faster or slower, its signs stronger or weaker. */
import type { Draw } from './draw.js';
import { type Ranges, type SettingName, settings } from './ranges.js';

/** What may be mixed: what judges (`heavy`) and what fixes limits (`deep`) is not among them. */
export const mixedSettings = ['onshore', 'offshore', 'gassy'] as const satisfies readonly SettingName[];

/** Declared before training. */
export const randomisation = {
  /** Times the setting's days from onset to a severity of 1: fields differ in this most of all. */
  onsetTimesLog: [0.4, 1.4],
  noiseTimesLog: [0.6, 1.6],
  effect: [0.4, 1.8],
  severityVariation: [0.18, 0.32],
  efficiency: [0.38, 0.7],
  plateauShare: [0.1, 0.35],
} as const;

/** Rates, pressures and fluids that belong together come from one setting, everything else from any. */
const together: ReadonlySet<string> = new Set<keyof Ranges>([
  'rateM3DLog',
  'pumpDepthM',
  'reservoirKpaPerM',
  'intakeKpa',
  'waterCut',
  'oilApi',
  'gorM3M3Log',
  'headPerStageM',
]);

export function randomisedRanges(draw: Draw): Ranges {
  const any = (): Ranges => settings[draw.pick(mixedSettings.map((name) => [name, 1] as const))];
  const own = any();
  const mixed: Record<string, unknown> = {};
  for (const key of Object.keys(own)) mixed[key] = (together.has(key) ? own : any())[key as keyof Ranges];
  const ranges = mixed as unknown as Ranges;
  const { onsetTimesLog, noiseTimesLog, effect, severityVariation, efficiency, plateauShare } = randomisation;
  const times = draw.logBetween(onsetTimesLog);
  const noisy = draw.logBetween(noiseTimesLog);
  return {
    ...ranges,
    effect,
    pumpEfficiency: efficiency,
    severityVariation: draw.between(severityVariation),
    plateauShare: draw.between(plateauShare),
    noise: [ranges.noise[0] * noisy, ranges.noise[1] * noisy],
    onsetDaysLog: Object.fromEntries(
      Object.entries(ranges.onsetDaysLog).map(([mode, [low, high]]) => [mode, [low * times, high * times]]),
    ) as unknown as Ranges['onsetDaysLog'],
  };
}
