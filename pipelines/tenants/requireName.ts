/** What a site or well may be called: names are parts of record keys and MQTT topics. */
import { BalancinError } from '#schemas/errors.js';

const pattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** Throws USAGE. */
export function requireName(kind: 'site' | 'well', name: string): string {
  if (pattern.test(name)) return name;
  throw new BalancinError(
    'USAGE',
    `'${name.slice(0, 80)}' cannot be the name of a ${kind}: it needs 1 to 63 of A-Z, a-z, 0-9, _ . - and begins with a letter or digit`,
  );
}
