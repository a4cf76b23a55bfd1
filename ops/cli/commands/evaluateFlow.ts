/** `balancin evaluate flow-autoencoder`: judges the autoencoder on files that are given. */
import { resolve } from 'node:path';
import { type Command, optionalText, text } from '../command.js';

export const evaluateFlow: Command = {
  name: 'evaluate flow-autoencoder',
  summary: 'judge the autoencoder on wells it never saw, beside its baseline',
  example: 'balancin evaluate flow-autoencoder --data 3w',
  options: [
    { flags: '--data <dir>', description: '3W instances, as <class>/*.csv[.gz]', required: true },
    { flags: '--artifact <dir>', description: 'artifact to judge; the shipped one by default' },
  ],
  async run({ terminal }, options) {
    const { evaluate, evaluationLines } = await import('#models/flow-autoencoder/evaluate.js');
    const artifact = optionalText(options, 'artifact');
    const evaluation = await evaluate({
      data: text(options, 'data'),
      log: (line) => terminal.line(line),
      ...(artifact === undefined ? {} : { folder: resolve(artifact) }),
    });
    terminal.result(evaluation, () => evaluationLines(evaluation));
  },
};
