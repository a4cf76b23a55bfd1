/** What a command of the command line is made of. */
import type { Config } from '#ops/config/config.js';
import type { Terminal } from './terminal.js';

export interface CommandContext {
  readonly config: Config;
  readonly terminal: Terminal;
  /** Aborted by SIGINT or SIGTERM: long-running commands finish their cycle and leave. */
  readonly signal: AbortSignal;
}

export interface Option {
  /** As commander writes it: `--tenant <slug>`. */
  readonly flags: string;
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

export interface Command {
  /** Words of the command, with its arguments: `key create`, `evaluate <model>`. */
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly options: readonly Option[];
  /** Imports what it needs itself, so that `--help` loads no library. Resolves with the exit code where it is not 0. */
  run(
    context: CommandContext,
    options: Readonly<Record<string, string | boolean | undefined>>,
    args: readonly string[],
  ): Promise<number | void>;
}

/** The value of an option that commander has made sure of, or a default. */
export function text(options: Readonly<Record<string, string | boolean | undefined>>, name: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : '';
}

export function optionalText(
  options: Readonly<Record<string, string | boolean | undefined>>,
  name: string,
): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
