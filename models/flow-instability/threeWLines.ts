/** The tables as `balancin evaluate 3w` prints them. */
import { zScoreThreshold } from '../flow-autoencoder/movingZScore.js';
import type { ThreeWContestant, ThreeWEvaluation } from './evaluate.js';
import type { AlertFigures } from './judgeAlerts.js';

const fixed = (v: number | null | undefined, digits = 3): string =>
  v === null || v === undefined ? '–' : v.toFixed(digits);
const seconds = (v: number | null): string => (v === null ? '–' : `${v.toFixed(0)} s`);

export function threeWLines(e: ThreeWEvaluation): string[] {
  const contestants: readonly (readonly [string, ThreeWContestant])[] = [
    ['production', e],
    [`moving z-score, ${zScoreThreshold} sigma`, e.baseline],
  ];
  const alerts: readonly (readonly [string, AlertFigures])[] = [
    ...contestants,
    ...Object.entries(e.ablation ?? {}).map(([name, a]) => [`without ${name}`, a] as const),
  ];
  const wells = Object.entries(e.wellFigures);
  return [
    'windows of 900 s without overlap, 0 against 4; every well judged by others; frozen sensors masked',
    ...e.fits.map((f) => `${f.judged.join(', ')}: unstable from ${f.unstableAt.toFixed(3)}`),
    [
      'detector',
      'macro-F1',
      ...wells.map(([well, { measure, normal, unstable }]) => `${well} ${measure} (${normal}+${unstable})`),
    ].join(' | '),
    ...[
      ['flow-instability', e] as const,
      ['the window alone, without its hour', e.windowAlone] as const,
      contestants[1] as (typeof contestants)[number],
    ].map(([name, c]) =>
      [name, fixed(c.macroF1), ...wells.map(([well]) => fixed(c.wells[well]))].join(' | '),
    ),
    '',
    `alerts: ${e.normalWellDays.toFixed(2)} well-days of rows labelled 0, files of a well joined, start-up included; warm-up ${e.warmUpMinutes} min a gap`,
    'detector | false alarms (95 %) | a well-day | a well-month | standing at start | event recall | delay median | P90',
    ...alerts.map(([name, c]) =>
      [
        name,
        `${c.falseAlarms} (${c.falseAlarmBounds.low.toFixed(1)}–${c.falseAlarmBounds.high.toFixed(1)})`,
        fixed(c.falseAlarmsPerWellDay, 2),
        fixed(c.falseAlarmsPerWellMonth, 1),
        c.standingAtStart,
        fixed(c.eventRecall, 2),
        seconds(c.delayMedianS),
        seconds(c.delayP90S),
      ].join(' | '),
    ),
    ...e.falseAlarmList.map(({ well, at, firstOut }) => `false alarm: ${well} ${at} ${firstOut}`),
    'detector | class | files | right kind within 30 min | of these standing before | exact kind | any alert | delay median | P90',
    ...alerts.flatMap(([name, { classes }]) =>
      classes.map((k) =>
        [
          name,
          `${k.class} ${k.real ? 'real' : 'simulated'}`,
          k.files,
          k.detected,
          k.stoodBefore,
          k.exactKind,
          k.anyAlert,
          seconds(k.delayMedianS),
          seconds(k.delayP90S),
        ].join(' | '),
      ),
    ),
  ];
}
