/** Whether a record's key is the one its tenant and site must have, without making a string a record. */
import { siteKey } from '#schemas/topics.js';

const slash = 0x2f;
const asciiEnd = 0x80;

export function isSiteKey(key: Uint8Array | null, tenant: string, site: string): boolean {
  if (key === null) return false;
  const split = tenant.length;
  const ascii =
    key.length === split + 1 + site.length &&
    key[split] === slash &&
    isAsciiAt(key, 0, tenant) &&
    isAsciiAt(key, split + 1, site);
  return ascii || Buffer.from(siteKey(tenant, site), 'utf8').equals(key);
}

/** Whether the bytes from `at` on are this text and plain ASCII. */
function isAsciiAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i]!;
    if (byte >= asciiEnd || byte !== text.charCodeAt(i)) return false;
  }
  return true;
}
