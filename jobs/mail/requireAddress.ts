/** Lets pass one plain mail address, and nothing that could become a second one or a header. */
import { BalancinError } from '#schemas/errors.js';

// Stricter than RFC 5322 on purpose: no quoted local parts, comments or display names. Lengths are those of RFC 5321.
const address = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}$/;
const charsMax = 254;

/** Throws USAGE. */
export function requireAddress(text: string): string {
  if (text.length <= charsMax && address.test(text)) return text;
  throw new BalancinError('USAGE', `"${text.slice(0, 80)}" is no mail address, such as ana@example.com`);
}
