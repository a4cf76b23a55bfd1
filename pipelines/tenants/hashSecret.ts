/** How the secret of a key is stored. */
import { createHash } from 'node:crypto';

/** SHA-256: the secret is 256 random bits, so a slow hash would protect nothing more. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
