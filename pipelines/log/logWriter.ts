/** Where an adapter writes what an operator may want to know; the process's logger is put behind it. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogWriter = (
  level: LogLevel,
  message: string,
  context: Readonly<Record<string, unknown>>,
) => void;

export const silent: LogWriter = () => {};
