/** `balancin bench`: measures the hot paths, or the engine as a whole. */
import { type Command, optionalText } from '../command.js';

export const bench: Command = {
  name: 'bench [name...]',
  summary: 'measure the hot paths, as ratios to a floor measured in the same run',
  example: 'balancin bench engine --part 600',
  options: [
    { flags: '--smoke', description: 'a size that only shows that it works' },
    { flags: '--part <names>', description: 'parts of a bench that has several, with commas: 600, dirty, …' },
    {
      flags: '--reference <dir>',
      description:
        'sources of the Kafka Streams program to compare with (default: beside the project); none: without',
    },
    { flags: '--record', description: 'keep the results in ops/bench/results' },
    { flags: '--profile <dir>', description: 'write CPU profiles of the workers there' },
  ],
  async run({ terminal }, options, names) {
    const { runBenches } = await import('#ops/bench/runBenches.js');
    await runBenches({
      names,
      size: options['smoke'] === true ? 'smoke' : 'full',
      parts: optionalText(options, 'part')?.split(',') ?? [],
      reference: optionalText(options, 'reference') ?? null,
      profileDir: optionalText(options, 'profile') ?? null,
      record: options['record'] === true,
      json: terminal.json,
      print: (line) => process.stdout.write(`${line}\n`),
      progress: (line) => process.stderr.write(`${line}\n`),
    });
  },
};
