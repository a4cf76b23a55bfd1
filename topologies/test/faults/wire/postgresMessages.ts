/** Reads the messages of PostgreSQL's protocol, version 3, as far as the faults need it. */
import type { MeasureMessage } from './messageSplitter.js';

/** After the start-up every message is a type byte and a length that counts itself. */
export const measureTyped: MeasureMessage = (held) => (held.length < 5 ? null : 1 + held.readInt32BE(1));

/** The start-up message has no type. */
export const measureStartup: MeasureMessage = (held) => (held.length < 4 ? null : held.readInt32BE(0));

export const typeOf = (message: Buffer): string => String.fromCharCode(message[0] ?? 0);

/** `application_name` of a start-up message; empty where there is none. */
export function applicationName(startup: Buffer): string {
  const words = startup.subarray(8).toString('utf8').split('\0');
  for (let i = 0; i + 1 < words.length; i += 2)
    if (words[i] === 'application_name') return words[i + 1] ?? '';
  return '';
}

/** SQL of a simple query or of a statement to prepare; null for any other message. */
export function sqlOf(message: Buffer): string | null {
  const type = typeOf(message);
  if (type === 'Q') return message.toString('utf8', 5, message.length - 1);
  if (type !== 'P') return null;
  const name = message.indexOf(0, 5);
  return message.toString('utf8', name + 1, message.indexOf(0, name + 1));
}

/** Values of a Bind message, as text. */
export function boundValues(message: Buffer): (string | null)[] {
  let at = message.indexOf(0, message.indexOf(0, 5) + 1) + 1;
  at += 2 + 2 * message.readInt16BE(at);
  const count = message.readInt16BE(at);
  at += 2;
  const values: (string | null)[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = message.readInt32BE(at);
    at += 4;
    values.push(bytes < 0 ? null : message.toString('utf8', at, at + bytes));
    at += Math.max(0, bytes);
  }
  return values;
}

/** What a CommandComplete says was done. */
export const commandOf = (message: Buffer): string => message.toString('utf8', 5, message.length - 1);

/** SQLSTATE of an ErrorResponse. */
export function stateOf(message: Buffer): string {
  for (const field of message.toString('utf8', 5).split('\0'))
    if (field.startsWith('C')) return field.slice(1);
  return '';
}

/** Tasks that a call of `balancin.advance` names. */
export function advancedTasks(sql: string): number[] {
  return [...sql.matchAll(/"task":(\d+)/g)].map((found) => Number(found[1]));
}
