/** `balancin evaluate 3w`: flow instability against normal operation, judged by well. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, texts } from '../command.js';

export const evaluateThreeW: Command = {
  name: 'evaluate 3w',
  summary: 'judge the detection of flow instability on 3W wells that did not teach it, beside a baseline',
  example: 'balancin evaluate 3w --data 3w --loo',
  options: [
    { flags: '--train <dir...>', description: '3W instances that teach, as <class>/*.csv[.gz]' },
    { flags: '--test <dir...>', description: '3W instances of other wells that judge' },
    { flags: '--data <dir...>', description: 'with --loo: instances of all wells' },
    { flags: '--loo', description: 'leave out each well that has both classes in turn' },
    { flags: '--wells <numbers>', description: 'with --loo: these wells alone, 1,2,…' },
    {
      flags: '--without <detectors...>',
      description: 'the alerts again without each of these detectors in turn; all: every one',
    },
    { flags: '--seed <n>', description: 'seed of where simulated starts are cropped; 1 by default' },
  ],
  async run({ terminal }, options) {
    const train = texts(options, 'train');
    const test = texts(options, 'test');
    const data = texts(options, 'data');
    const wells = optionalText(options, 'wells')?.split(',').map(wellName);
    const given = train.length > 0 && test.length > 0;
    if (given === data.length > 0 || (data.length > 0 && options['loo'] !== true))
      throw new BalancinError('USAGE', 'give --train DIR… --test DIR…, or --data DIR… --loo [--wells 1,2,…]');
    const { evaluateThreeW: judge } = await import('#models/flow-instability/evaluate.js');
    const { threeWLines } = await import('#models/flow-instability/threeWLines.js');
    const seed = optionalText(options, 'seed');
    if (seed !== undefined && !/^\d{1,9}$/.test(seed))
      throw new BalancinError('USAGE', '--seed takes a whole number');
    const split = given ? { train, test } : { data, ...(wells === undefined ? {} : { wells }) };
    const evaluation = await judge(split, {
      log: (line) => terminal.line(line),
      without: texts(options, 'without'),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    });
    terminal.result(evaluation, () => threeWLines(evaluation));
  },
};

/** `WELL-00001` for 1. */
function wellName(number: string): string {
  const digits = number.trim().replace(/^WELL-/, '');
  if (!/^\d{1,5}$/.test(digits)) throw new BalancinError('USAGE', `'${number}' is not the number of a well`);
  return `WELL-${digits.padStart(5, '0')}`;
}
