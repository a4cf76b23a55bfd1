/** Bytes for a person to look at. */

const bytesShownMax = 512;

/** Offset, sixteen bytes in hex, and the same as text. */
export function hexDump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, bytesShownMax); at += 16) {
    const row = bytes.subarray(at, Math.min(at + 16, bytesShownMax));
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = [...row]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  if (bytes.length > bytesShownMax)
    lines.push(`… ${bytes.length - bytesShownMax} bytes more; --json holds them all`);
  return lines;
}
