/** The command line: finds the command, parses the configuration once, turns errors into one line and an exit code. */
import { Command as Program, CommanderError } from 'commander';
import { BalancinError, exitCodeOf } from '#schemas/errors.js';
import type { Command } from './command.js';
import { commands } from './commands.js';
import { createTerminal } from './terminal.js';

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let asked = 0;
  const stop = (): void => {
    // A second Ctrl-C means now.
    if (++asked > 1) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** Told to stop before there was a result: not a fault of anybody's, but not done either. */
function interrupted(): number {
  process.stderr.write('balancin: stopped before the end\n');
  return 1;
}

function report(error: unknown, json: boolean): number {
  const code = exitCodeOf(error);
  if (error instanceof BalancinError) {
    if (json)
      process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    process.stderr.write(`balancin: ${error.message}\n`);
    if (error.domain === 'bug' || process.env['BALANCIN_LOG_LEVEL'] === 'debug')
      process.stderr.write(
        `${error.stack ?? ''}\n${error.cause instanceof Error ? (error.cause.stack ?? '') : ''}\n`,
      );
  } else {
    process.stderr.write(
      `balancin: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
  return code;
}

/** `key` of `key create`: its help lists what is below it. */
function addGroup(parent: Program, word: string): Program {
  const below = commands.filter(({ name }) => name.startsWith(`${word} `));
  const summary = below.map(({ name, summary }) => `${name.split(' ')[1]}: ${summary}`).join('; ');
  return parent
    .command(word)
    .description(summary)
    .addHelpText('after', `\nExample:\n  ${below[0]?.example ?? ''}`);
}

function add(program: Program, command: Command): void {
  const words = command.name.split(' ');
  const last = words.findIndex((word) => /^[<[]/.test(word));
  const names = last < 0 ? words : words.slice(0, last);
  let parent = program;
  for (const word of names.slice(0, -1)) {
    const found = parent.commands.find((child) => child.name() === word);
    parent = found ?? addGroup(parent, word);
  }
  const made = parent
    .command([names.at(-1), ...words.slice(names.length)].join(' '))
    .description(command.summary);
  for (const option of command.options) {
    if (option.required === true) made.requiredOption(option.flags, option.description);
    else made.option(option.flags, option.description, option.default);
  }
  made.option('--json', 'print the result as one JSON object');
  made.addHelpText('after', `\nExample:\n  ${command.example}`);
  made.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Program;
    const options = self.opts<Record<string, string | boolean | string[] | undefined>>();
    const json = options['json'] === true;
    const signal = stopSignal();
    try {
      const { loadConfig } = await import('#ops/config/loadConfig.js');
      const config = loadConfig({ env: process.env, cwd: process.cwd() });
      const context = { config, terminal: createTerminal(json), signal };
      process.exitCode = (await command.run(context, options, self.args)) ?? 0;
    } catch (error) {
      process.exitCode = signal.aborted && error === signal.reason ? interrupted() : report(error, json);
    }
  });
}

async function main(): Promise<void> {
  const program = new Program('balancin').description(
    'The cloud tier over oilfield edge sites: telemetry in, anomalies, scores and reports out.',
  );
  // Wrong use is exit code 2; asking for help is not wrong.
  program.exitOverride().showHelpAfterError('(add --help for what it takes)');
  for (const command of commands) add(program, command);
  const overrideAll = (command: Program): void => {
    command.exitOverride().showHelpAfterError('(add --help for what it takes)');
    for (const child of command.commands) overrideAll(child);
  };
  overrideAll(program);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

await main();
