/** `balancin train`: trains a model on files that are given. */
import { resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

export const train: Command = {
  name: 'train <model>',
  summary:
    'train a model (flow-autoencoder, flow-instability, cards, pump-cards, esp) and write its artifact',
  example: 'balancin train flow-autoencoder --data 3w --out artifact',
  options: [
    {
      flags: '--data <dir>',
      description:
        '3W instances, as <class>/*.csv[.gz]; for cards a TSV file; pump-cards and esp simulate their own',
    },
    { flags: '--out <dir>', description: 'where to write the artifact', required: true },
    { flags: '--seed <n>', description: 'seed of weights and order' },
    { flags: '--epochs <n>', description: 'passes over the training rows' },
    { flags: '--wells <n>', description: 'esp: simulated wells to learn from' },
    { flags: '--cache <dir>', description: 'esp: keeps simulated rows there, so that a stopped run goes on' },
  ],
  async run({ terminal }, options, [model = '']) {
    if (model === 'esp') {
      const cache = optionalText(options, 'cache');
      const { trainEsp } = await import('#models/esp/model/train.js');
      const manifest = await trainEsp({
        folder: resolve(text(options, 'out')),
        created: new Date().toISOString(),
        log: (line) => terminal.line(line),
        ...numberOption('seed', optionalText(options, 'seed')),
        ...numberOption('epochs', optionalText(options, 'epochs')),
        ...numberOption('wells', optionalText(options, 'wells')),
        ...(cache !== undefined && { cache: resolve(cache) }),
      });
      return terminal.result(manifest, () => [
        `version ${manifest.version} written to ${text(options, 'out')}`,
      ]);
    }
    if (model === 'pump-cards') {
      const { trainPumpCards } = await import('#models/rodpump/downhole/trainPumpCards.js');
      const manifest = await trainPumpCards({
        folder: resolve(text(options, 'out')),
        created: new Date().toISOString(),
        log: (line) => terminal.line(line),
        seed: 0,
        ...numberOption('seed', optionalText(options, 'seed')),
        ...numberOption('epochs', optionalText(options, 'epochs')),
      });
      return terminal.result(manifest, () => [
        `version ${manifest.version} written to ${text(options, 'out')}`,
      ]);
    }
    if (optionalText(options, 'data') === undefined)
      throw new BalancinError('USAGE', `train ${model} needs --data`);
    if (model === 'cards') {
      const { trainCards } = await import('#models/rodpump/cards/evaluateCards.js');
      const { version } = await trainCards({
        data: resolve(text(options, 'data')),
        folder: resolve(text(options, 'out')),
        created: new Date().toISOString(),
        seed: numberOption('seed', optionalText(options, 'seed'))['seed'] ?? 0,
      });
      return terminal.result({ version }, () => [`version ${version} written to ${text(options, 'out')}`]);
    }
    if (model === 'flow-instability') {
      const { trainFlowInstability } = await import('#models/flow-instability/train.js');
      const result = await trainFlowInstability({
        data: resolve(text(options, 'data')),
        folder: resolve(text(options, 'out')),
      });
      return terminal.result(result, () => [
        `${result.windows} windows of ${result.wells.length} wells; unstable from ${result.unstableAt.toFixed(3)}`,
      ]);
    }
    if (model !== 'flow-autoencoder')
      throw new BalancinError(
        'USAGE',
        `there is no model '${model}' to train: flow-autoencoder, flow-instability, cards, pump-cards, esp`,
      );
    const { train: trainFlow } = await import('#models/flow-autoencoder/train.js');
    const manifest = await trainFlow({
      data: text(options, 'data'),
      folder: resolve(text(options, 'out')),
      created: new Date().toISOString(),
      log: (line) => terminal.line(line),
      ...numberOption('seed', optionalText(options, 'seed')),
      ...numberOption('epochs', optionalText(options, 'epochs')),
    });
    terminal.result(manifest, () => [`version ${manifest.version} written to ${text(options, 'out')}`]);
  },
};

function numberOption(name: string, given: string | undefined): Record<string, number> {
  if (given === undefined) return {};
  if (!/^\d{1,9}$/.test(given)) throw new BalancinError('USAGE', `--${name} takes a whole number`);
  return { [name]: Number(given) };
}
