/** `balancin evaluate nab`: the univariate detector of production on a corpus in NAB's layout. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text, texts } from '../command.js';
import { readyOutFolder } from '../outPath.js';

export const evaluateNab: Command = {
  name: 'evaluate nab',
  summary: 'judge the univariate detector on the Numenta Anomaly Benchmark, beside a baseline',
  example: 'balancin evaluate nab --data nab --results nab/results',
  options: [
    {
      flags: '--data <dir>',
      description: "NAB's layout: data/<family>/*.csv, labels/combined_windows.json",
      required: true,
    },
    {
      flags: '--results <dir>',
      description: "other detectors' scores, <detector>/<family>/<detector>_*.csv[.gz]",
    },
    { flags: '--out <dir>', description: 'writes the scores as balancin/<family>/balancin_<file>.csv' },
    {
      flags: '--without <views...>',
      description: 'even files again without each of these views of the detector in turn; all: every one',
    },
    { flags: '--split <half>', description: 'even or odd files (by sha1 of the name) alone' },
  ],
  async run({ terminal }, options) {
    const { evaluateNab: judge, nabLines } = await import('#models/nab/evaluate.js');
    const results = optionalText(options, 'results');
    const out = optionalText(options, 'out');
    const split = optionalText(options, 'split');
    if (split !== undefined && split !== 'even' && split !== 'odd')
      throw new BalancinError('USAGE', `--split is even or odd, not '${split}'`);
    if (out !== undefined) readyOutFolder(out);
    const evaluation = judge({
      data: text(options, 'data'),
      ...(results === undefined ? {} : { results }),
      ...(out === undefined ? {} : { out }),
      ...(split === undefined ? {} : { split }),
      without: texts(options, 'without'),
    });
    terminal.result(evaluation, () => nabLines(evaluation));
  },
};
