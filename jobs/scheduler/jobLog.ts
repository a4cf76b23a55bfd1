/** Where jobs say what they did: the part of a pino logger that they use. */

export interface JobLog {
  info(context: Readonly<Record<string, unknown>>, message: string): void;
  warn(context: Readonly<Record<string, unknown>>, message: string): void;
  error(context: Readonly<Record<string, unknown>>, message: string): void;
}

export const silentLog: JobLog = { info: () => {}, warn: () => {}, error: () => {} };
