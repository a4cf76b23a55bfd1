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

/** What commander read; a variadic option (`<dir...>`) is a list. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  /** Words of the command, with its arguments: `key create`, `evaluate <model>`. */
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly options: readonly Option[];
  /** Imports what it needs itself, so that `--help` loads no library. Resolves with the exit code where it is not 0. */
  run(context: CommandContext, options: OptionValues, args: readonly string[]): Promise<number | void>;
}

/** The value of an option that commander has made sure of, or a default. */
export function text(options: OptionValues, name: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : '';
}

export function optionalText(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a variadic option; none where it was not given. */
export function texts(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
