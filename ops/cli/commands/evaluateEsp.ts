/** `balancin evaluate esp`: judges the failure risk of electrical submersible pumps on labelled wells. */
import { resolve } from 'node:path';
import type { DayScorer } from '#models/esp/dayScore.js';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';
import { table } from '../terminal.js';
import { readyOutFile } from '../outPath.js';
import { evaluateLiveEsp } from './evaluateLiveEsp.js';

export const evaluateEsp: Command = {
  name: 'evaluate esp',
  summary: 'judge the failure risk of electrical submersible pumps on wells it never saw',
  example: 'balancin evaluate esp --data wells --labels wells/labels.json --out scores.csv',
  options: [
    {
      flags: '--data <dir>',
      description: '<well>.csv[.gz]: timestamp and any of the signals',
    },
    {
      flags: '--labels <file>',
      description: 'labels.json: equipment, failures, observed_to',
    },
    { flags: '--out <file>', description: 'writes a row a well-day at 06:00' },
    { flags: '--scorer <name>', description: 'risk (the trained model, default) or robust-z' },
    { flags: '--live', description: 'instead: past alerts of a tenant against what its sites recorded' },
    { flags: '--tenant <slug>', description: 'with --live: tenant' },
    { flags: '--days <n>', description: 'with --live: alerts begun in the last days', default: '365' },
  ],
  async run(context, options) {
    const { terminal } = context;
    if (options['live'] === true) {
      await evaluateLiveEsp(context, options);
      return;
    }
    for (const name of ['data', 'labels'])
      if (optionalText(options, name) === undefined)
        throw new BalancinError('USAGE', `--${name} is needed, or --live with --tenant`);
    const { evaluateEsp: judge } = await import('#models/esp/judge/evaluateEsp.js');
    const scorer = await scorerNamed(optionalText(options, 'scorer') ?? 'risk');
    const out = optionalText(options, 'out');
    if (out !== undefined) readyOutFile(resolve(out));
    const evaluation = await judge({
      data: resolve(text(options, 'data')),
      labels: resolve(text(options, 'labels')),
      ...(out === undefined ? {} : { out: resolve(out) }),
      scorer,
      warn: (line) => terminal.error(line),
    });
    terminal.result(evaluation, () => {
      const { bins, highBins, curve, fastEvents, oracle, ...figures } = evaluation;
      const oracles: Readonly<Record<string, number | null>> = { ...oracle };
      return [
        ...table(
          ['measure', 'value', "an oracle's"],
          Object.entries(figures).map(([name, value]) => [
            name,
            shown(value),
            oracle === null || oracles[name] === undefined ? '' : shown(oracles[name]),
          ]),
        ),
        '',
        ...table(
          ['false alarms allowed', 'recall', 'false alarms', 'median lead, h'],
          curve.map((p) => [
            p.allowed.toString(),
            shown(p.eventRecall),
            shown(p.falseAlarmsPerWellMonth),
            shown(p.leadMedianH),
          ]),
        ),
        '',
        ...table(
          ['risk said', 'came', 'rows'],
          [...bins, ...highBins].map((bin) => [shown(bin.said), shown(bin.came), bin.rows.toString()]),
        ),
        ...(fastEvents === null
          ? []
          : [
              '',
              `fast events in ${shown(fastEvents.wellMonths)} well-months`,
              ...table(
                ['event', 'happened', 'told', 'in 5 min', 'median min', 'misnamed', 'false'],
                fastEvents.events.map((e) => [
                  e.event,
                  e.happened,
                  e.told,
                  e.toldWithin5Min,
                  shown(e.delayMedianMin),
                  e.misnamed,
                  e.falseAlarms,
                ]),
              ),
            ]),
      ];
    });
  },
};

async function scorerNamed(name: string): Promise<DayScorer> {
  if (name === 'risk') return (await import('#models/esp/model/espScorer.js')).createEspScorer();
  if (name === 'robust-z') return (await import('#models/esp/judge/robustZ.js')).robustZScorer();
  throw new BalancinError('USAGE', `there is no scorer '${name}': risk, robust-z`);
}

function shown(value: string | number | null): string {
  if (typeof value !== 'number') return value ?? 'none';
  return Number.isInteger(value) ? value.toString() : value.toPrecision(3);
}
