/** Says why a connection could not be made, and what to do, without telling the password. */
import { BalancinError } from '#schemas/errors.js';

/** AUTHENTICATION, NOT_FOUND (no such database) or DATABASE_UNAVAILABLE. */
export function connectError(cause: unknown, databaseUrl: string): BalancinError {
  const where = addressOf(databaseUrl);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === '28P01' || code === '28000')
    return new BalancinError(
      'AUTHENTICATION',
      `PostgreSQL at ${where} refuses the user or password of DATABASE_URL`,
      { cause },
    );
  if (code === '3D000')
    return new BalancinError(
      'NOT_FOUND',
      `PostgreSQL at ${where} has no such database: create it, or correct DATABASE_URL`,
      { cause },
    );
  return new BalancinError(
    'DATABASE_UNAVAILABLE',
    `PostgreSQL at ${where} cannot be reached: start it, or correct DATABASE_URL`,
    { cause },
  );
}

/** Host, port and database, never the password. */
function addressOf(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    return `${url.hostname}:${url.port === '' ? '5432' : url.port}${url.pathname}`;
  } catch {
    return 'the configured address';
  }
}
