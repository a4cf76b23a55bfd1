/** The demo's closing lines for people. */
import { join } from 'node:path';
import { shownPath } from '#ops/cli/shownPath.js';
import { table } from '#ops/cli/terminal.js';
import type { DemoResult } from './demo.js';
import { agrees, labelOf, verdictOf } from './verdict.js';

const n = (value: number): string => value.toLocaleString('en');

function outcomeLines({ summary, samplesPublished, bad, wellsWithLateSamples }: DemoResult): string[] {
  const of = (name: string): number => summary.samples[name] ?? 0;
  const sum = of('written') + of('late') + of('duplicate') + of('rejected');
  const closes = sum === samplesPublished + bad.samples ? 'the sum closes' : 'THE SUM DOES NOT CLOSE';
  return [
    `Outcome:     ${n(of('written'))} written + ${n(of('late'))} late + ${n(of('duplicate'))} duplicate + ${n(of('rejected'))} rejected = ${n(sum)}: ${closes}`,
    ...(wellsWithLateSamples.length === 0
      ? []
      : [`             (late: the recorded clock of ${wellsWithLateSamples.join(', ')} steps back)`]),
  ];
}

function wellLines({ summary }: DemoResult): string[] {
  const judged = summary.wells.filter((well) => agrees(well) !== null);
  const right = judged.filter((well) => agrees(well) === true).length;
  return [
    ...table(
      ['well', 'recorded as', 'minutes', 'sensor', 'process', 'scores above', 'against the label'],
      summary.wells.map((well) => [
        well.well,
        labelOf(well),
        well.minutes,
        well.sensorFindings,
        well.processFindings,
        `${well.scoresAbove} of ${well.scores}`,
        verdictOf(well),
      ]),
    ),
    `sensor, process: anomalies found; scores above: of the model, above its threshold. ${right} of ${judged.length} as labelled.`,
  ];
}

function eventLines({ event }: DemoResult): string[] {
  if (event === null) return [];
  return [
    'Unstable flow, found, explained and cleared:',
    ...event.lines.map((line) => `  ${line}`),
    `  ${shownPath(event.png)}`,
    '',
  ];
}

export function summaryLines(result: DemoResult): string[] {
  const { summary, samplesPublished, framesPublished, bad } = result;
  const dataDir = shownPath(result.dataDir);
  const here = `BALANCIN_DATA_DIR=${dataDir} npx balancin`;
  return [
    '',
    `Samples in:  ${n(samplesPublished)} in ${n(framesPublished)} frames, and ${n(bad.samples)} in ${bad.frames} bad messages sent on purpose`,
    ...outcomeLines(result),
    `Bad ones:    ${n(summary.deadLetters)} kept as dead letters, with their bytes and the reason`,
    `Rows:        ${Object.entries(summary.rows)
      .map(([name, rows]) => `${name} ${n(rows)}`)
      .join(', ')}`,
    '',
    ...wellLines(result),
    '',
    ...eventLines(result),
    ...(result.pumps === null
      ? []
      : [
          'Pumps (simulated, scored in the stream), by what is at stake:',
          ...result.pumps.lines.map((line) => `  ${line}`),
          ...(result.pumps.png === null ? [] : [`  ${shownPath(result.pumps.png)}`]),
          '',
        ]),
    `Report:      ${shownPath(result.pdf)}`,
    `Database:    psql "$(node -p "require('${join(result.dataDir, 'postgres-address.json')}').url")"   (schema t_demo; while it runs)`,
    'Try next:',
    `  ${here} dead-letter list`,
    ...(result.pumps === null ? [] : [`  ${here} esp risk --tenant demo --well ESP-1`]),
    `  ${here} report daily --tenant demo --lang en`,
    `  ${here} doctor`,
  ];
}
