/** `balancin evaluate cards`: judges the classifier of surface cards on cards it never saw. */
import { resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText } from '../command.js';
import { table } from '../terminal.js';
import { wholeNumber } from '../wholeNumber.js';

export const evaluateCards: Command = {
  name: 'evaluate cards',
  summary: 'judge the classifier of surface cards, twins never on both sides, beside its baseline',
  example: 'balancin evaluate cards --folds 5 --seed 0 --data surface-cards.tsv.gz',
  options: [
    { flags: '--train <file>', description: 'TSV (class, positions, loads) to learn from, with --test' },
    { flags: '--test <file>', description: 'TSV to judge on' },
    { flags: '--data <file>', description: 'TSV to deal into folds' },
    { flags: '--folds <n>', description: 'with --data', default: '5' },
    { flags: '--seed <n>', description: 'of the folds', default: '0' },
    {
      flags: '--isolated',
      description:
        'with --data: deal cards one by one, judge those without a twin among the ones learnt from',
    },
    { flags: '--model <dir>', description: 'artifact to judge on --test, instead of learning' },
  ],
  async run({ terminal }, options) {
    const { evaluateCards: evaluate } = await import('#models/rodpump/cards/evaluateCards.js');
    const path = (name: string) => {
      const given = optionalText(options, name);
      return given === undefined ? undefined : resolve(given);
    };
    const [train, test, data, model] = [path('train'), path('test'), path('data'), path('model')];
    const seed = wholeNumber('seed', optionalText(options, 'seed') ?? '0', 0);
    const folds = wholeNumber('folds', optionalText(options, 'folds') ?? '5', 2);
    const chosen =
      model !== undefined && test !== undefined
        ? { model, test }
        : train !== undefined && test !== undefined
          ? { train, test, seed }
          : data !== undefined
            ? { data, folds, seed, isolated: options['isolated'] === true }
            : null;
    if (chosen === null)
      throw new BalancinError(
        'USAGE',
        'evaluate cards takes --train and --test, or --data, or --model and --test',
      );
    const { rows, ...figures } = await evaluate(chosen);
    // Rows are the output, with --json too: there the last line alone is JSON.
    process.stdout.write(`${rows.join('\n')}\n`);
    const shown = [
      ['conv net, two heads', figures],
      ['random kernels, linear ridge', figures.baseline],
    ] as const;
    terminal.result(figures, () => [
      '',
      ...table(
        ['', 'macro-F1', '8 groups', 'top 2', 'accuracy', 'coverage', 'accuracy there'],
        shown.flatMap(([name, m]) =>
          m === null
            ? []
            : [
                [
                  name,
                  ...[m.macroF1, m.macroF1Groups, m.top2, m.accuracy, m.coverage, m.accuracyAtCoverage].map(
                    (v) => v?.toFixed(3) ?? 'none',
                  ),
                ],
              ],
        ),
      ),
    ]);
  },
};
