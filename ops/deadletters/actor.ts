/** Who gives an order at the command line, for the audit. */
import { hostname, userInfo } from 'node:os';

export function actorName(): string {
  let user = 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // A container may run under a number without a name.
    user = String(process.getuid?.() ?? 'unknown');
  }
  return `${user}@${hostname()}`;
}
