/** `balancin evaluate pump-cards`: judges the classifier of downhole cards on simulated wells that it never saw. */
import { resolve } from 'node:path';
import { type Command, optionalText } from '../command.js';
import { table } from '../terminal.js';
import { wholeNumber } from '../wholeNumber.js';

export const evaluatePumpCards: Command = {
  name: 'evaluate pump-cards',
  summary: 'judge the classifier of downhole cards on simulated wells, its own setting and another',
  example: 'balancin evaluate pump-cards --cards 1100 --seed 0',
  options: [
    { flags: '--cards <n>', description: 'simulated cards a setting', default: '1100' },
    { flags: '--seed <n>', description: 'of the simulated wells', default: '0' },
    { flags: '--model <dir>', description: 'artifact to judge instead of the shipped one' },
  ],
  async run({ terminal }, options) {
    const { evaluatePumpCards: evaluate } = await import('#models/rodpump/downhole/evaluatePumpCards.js');
    const model = optionalText(options, 'model');
    const settings = await evaluate({
      cards: wholeNumber('cards', optionalText(options, 'cards') ?? '1100', 11),
      seed: wholeNumber('seed', optionalText(options, 'seed') ?? '0', 0),
      ...(model === undefined ? {} : { model: resolve(model) }),
    });
    terminal.result({ simulated: settings }, () => [
      'Simulated cards: no figure of a field.',
      ...table(
        ['', ...settings.map(({ setting }) => setting)],
        [
          ...(['cards', 'macroF1', 'baselineMacroF1', 'top2', 'coverage', 'accuracyAtCoverage'] as const).map(
            (name) => [name, ...settings.map((s) => (name === 'cards' ? `${s[name]}` : s[name].toFixed(3)))],
          ),
          ...Object.keys(settings[0]?.f1 ?? {}).map((mode) => [
            `F1 ${mode}`,
            ...settings.map(({ f1 }) => (f1[mode] ?? 0).toFixed(3)),
          ]),
        ],
      ),
    ]);
  },
};
