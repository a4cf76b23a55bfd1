/** What an error of the database means for a commit: by its SQLSTATE, never by its words. */
import { DatabaseError } from 'pg';
import { BalancinError } from '#schemas/errors.js';

/** Raised by `balancin.advance` and `balancin.fold_state`; the detail names the tasks. */
const fencedState = 'BL001';

/** Raised by `balancin.fold_state`: an earlier fold, long taken for lost, came before. The next one reads what is there then. */
const foldedAlready = 'BL002';

/** No such schema, no such function: our functions are called only by their full names. */
const notMigrated = ['3F000', '42883'];

/**
 * `fenced`: another holds one of the tasks. `again`: the same may pass later (deadlock, lock timeout, no room, cancelled,
 * connection lost). `denied`: the login is wrong. `refused`: the server will not take this, however often it is sent.
 */
export type DatabaseVerdict = 'fenced' | 'again' | 'denied' | 'refused';

export function judge(error: unknown): DatabaseVerdict {
  if (error instanceof BalancinError) return error.retry ? 'again' : 'refused';
  const state = sqlState(error);
  // Neither the server's words nor ours: connections that fail are told apart where they are held.
  if (state === null) return 'refused';
  if (state === fencedState) return 'fenced';
  if (state.startsWith('28')) return 'denied';
  if ([foldedAlready, '40001', '40P01', '55P03', '25P03', '25P04'].includes(state)) return 'again';
  return ['08', '3D', '53', '57', '58'].includes(state.slice(0, 2)) ? 'again' : 'refused';
}

function sqlState(error: unknown): string | null {
  return error instanceof DatabaseError ? (error.code ?? 'XX000') : null;
}

export interface TaskName {
  readonly topology: string;
  readonly task: number;
}

/** The tasks that a `fenced` error names. */
export function fencedTasks(error: unknown): readonly TaskName[] {
  if (!(error instanceof DatabaseError) || error.detail === undefined) return [];
  return JSON.parse(error.detail) as TaskName[];
}

/** Where the server stood when it refused: table, column, line of the COPY. */
function refusalContext(error: unknown): Record<string, unknown> {
  if (!(error instanceof DatabaseError)) return {};
  const { code, schema, table, column, constraint, where } = error;
  return { code, schema, table, column, constraint, where };
}

/** For whoever waits on the database: DATABASE_UNAVAILABLE, AUTHENTICATION or BUG. */
export function asBalancinError(error: unknown, doing: string): BalancinError {
  if (error instanceof BalancinError) return error;
  const words = error instanceof Error ? error.message : String(error);
  const options = { cause: error, context: refusalContext(error) };
  const verdict = judge(error);
  if (verdict === 'denied') {
    return new BalancinError('AUTHENTICATION', `${doing}: the database refuses the login: ${words}`, options);
  }
  if (verdict === 'again') return new BalancinError('DATABASE_UNAVAILABLE', `${doing}: ${words}`, options);
  if (verdict === 'fenced') return new BalancinError('FENCED', `${doing}: ${words}`, options);
  if (notMigrated.includes(sqlState(error) ?? '')) {
    return new BalancinError('INCOMPATIBLE', `${doing}: ${words}: run balancin migrate`, options);
  }
  return new BalancinError('BUG', `${doing}: the database refuses it: ${words}`, options);
}
