/** `balancin bench`: measures the hot paths. */
import type { Command } from '../command.js';

export const bench: Command = {
  name: 'bench [name...]',
  summary: 'measure the hot paths, as ratios to a floor measured in the same run',
  example: 'balancin bench decode window',
  options: [{ flags: '--smoke', description: 'a size that only shows that it works' }],
  async run({ terminal }, options, names) {
    const { runBenches } = await import('#ops/bench/runBenches.js');
    await runBenches({
      names,
      size: options['smoke'] === true ? 'smoke' : 'full',
      json: terminal.json,
      print: (line) => process.stdout.write(`${line}\n`),
    });
  },
};
