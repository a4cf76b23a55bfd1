/** `balancin evaluate`: judges a model on files that are given. */
import { resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

export const evaluate: Command = {
  name: 'evaluate <model>',
  summary: 'judge a model (flow-autoencoder) on wells it never saw, beside its baseline',
  example: 'balancin evaluate flow-autoencoder --data 3w',
  options: [
    { flags: '--data <dir>', description: '3W instances, as <class>/*.csv[.gz]', required: true },
    { flags: '--artifact <dir>', description: 'artifact to judge; the shipped one by default' },
  ],
  async run({ terminal }, options, [model = '']) {
    if (model !== 'flow-autoencoder')
      throw new BalancinError('USAGE', `there is no model '${model}' to evaluate: flow-autoencoder`);
    const { evaluate: evaluateFlow, evaluationLines } = await import('#models/flow-autoencoder/evaluate.js');
    const artifact = optionalText(options, 'artifact');
    const evaluation = await evaluateFlow({
      data: text(options, 'data'),
      log: (line) => terminal.line(line),
      ...(artifact === undefined ? {} : { folder: resolve(artifact) }),
    });
    terminal.result(evaluation, () => evaluationLines(evaluation));
  },
};
