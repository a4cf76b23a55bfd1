/** `balancin demo`: real recordings through every stage, with nothing to install. */
import type { DemoResult } from '#ops/demo/demo.js';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';
import { shownPath } from '../shownPath.js';

function summaryLines(
  result: DemoResult,
  table: (head: string[], rows: (string | number)[][]) => string[],
): string[] {
  const { summary, samplesPublished, framesPublished } = result;
  const pdf = shownPath(result.pdf);
  const dataDir = shownPath(result.dataDir);
  const { samples, frames } = summary;
  const outcome = (name: string): number => samples[name] ?? 0;
  const sum = outcome('written') + outcome('late') + outcome('duplicate');
  const n = (value: number): string => value.toLocaleString('en');
  return [
    '',
    `Samples in:  ${n(samplesPublished)} in ${n(framesPublished)} frames, and 3 bad messages sent on purpose`,
    `Outcome:     ${n(outcome('written'))} written + ${n(outcome('late'))} late + ${n(outcome('duplicate'))} duplicate = ${n(sum)} (${sum === samplesPublished ? 'the sum closes' : 'THE SUM DOES NOT CLOSE'}); ${n(frames['rejected'] ?? 0)} frames rejected`,
    ...(result.wellsWithLateSamples.length === 0
      ? []
      : [`             (late: the recorded clock of ${result.wellsWithLateSamples.join(', ')} steps back)`]),
    `Rows:        ${Object.entries(summary.rows)
      .map(([name, rows]) => `${name} ${n(rows)}`)
      .join(', ')}`,
    '',
    ...table(
      ['well', 'label', 'minutes', 'sensor findings', 'process findings', 'scores', 'above threshold'],
      summary.wells.map((w) => [
        w.well,
        w.label,
        w.minutes,
        w.sensorFindings,
        w.processFindings,
        w.scores,
        w.scoresAbove,
      ]),
    ),
    '',
    `Report:      ${pdf}`,
    `Database:    psql "$(node -p "require('${dataDir}/postgres-address.json').url")"   (schema t_demo)`,
    'Try next:',
    `  BALANCIN_DATA_DIR=${dataDir} npx balancin dead-letter list`,
    `  BALANCIN_DATA_DIR=${dataDir} npx balancin report daily --tenant demo --lang es`,
    '  npx balancin doctor',
  ];
}

export const demo: Command = {
  name: 'demo',
  summary: 'play recorded wells through every stage: MQTT, workers, database, report',
  example: 'balancin demo --exit',
  options: [
    { flags: '--exit', description: 'end after the summary instead of staying up' },
    { flags: '--data <dir>', description: 'folder of 3W instances, as <class>/*.csv.gz' },
    { flags: '--lang <language>', description: 'language of the report: es or en', default: 'es' },
  ],
  async run({ config, terminal, signal }, options) {
    const language = text(options, 'lang');
    if (language !== 'es' && language !== 'en') throw new BalancinError('USAGE', '--lang takes es or en');
    const startedMs = Date.now();
    terminal.line('Balancín demo');
    const { runDemo } = await import('#ops/demo/demo.js');
    const { progressOf } = await import('../progress.js');
    const { table } = await import('../terminal.js');
    const { untilStopped } = await import('../untilStopped.js');
    const progress = progressOf(terminal);
    const running = await runDemo({
      config,
      dataDir: optionalText(options, 'data') ?? null,
      language,
      signal,
      say: (line) => {
        progress.end();
        terminal.line(line);
      },
      progress: (stage, done, all) => progress.show(stage, done, all),
    }).finally(() => progress.end());
    try {
      const seconds = (Date.now() - startedMs) / 1000;
      terminal.result({ ...running.result, seconds }, () => [
        ...summaryLines(running.result, table),
        '',
        `Done in ${seconds.toFixed(1)} s.`,
      ]);
      if (options['exit'] !== true) {
        terminal.line('Everything stays up until Ctrl-C.');
        await untilStopped(signal);
      }
    } finally {
      await running.close();
    }
  },
};
