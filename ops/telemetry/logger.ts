/** Structured logs: one JSON object a line on standard error, or into a file. */
import pino, { type Logger } from 'pino';
import type { Config } from '#ops/config/config.js';

/** Keys whose values never reach a log. */
const redacted = ['password', 'secret', 'databaseUrl', 'smtpUrl', 'mqttUrl', 'saslPassword'];

export function createLogger(level: Config['logLevel'], file?: string): Logger {
  const destination =
    file === undefined ? pino.destination(2) : pino.destination({ dest: file, mkdir: true, sync: true });
  return pino(
    {
      level,
      base: { service: 'balancin' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redacted.flatMap((key) => [key, `*.${key}`]), censor: '***' },
    },
    destination,
  );
}
