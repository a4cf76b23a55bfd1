/** `balancin demo`: real recordings through every stage, with nothing to install. */
import { BalancinError } from '#schemas/errors.js';
import { type Command, optionalText, text } from '../command.js';

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
    const { summaryLines } = await import('#ops/demo/summaryLines.js');
    const { progressOf } = await import('../progress.js');
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
        ...summaryLines(running.result),
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
