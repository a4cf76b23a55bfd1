/** Room on the disk of the data folder. */
import { statfs } from 'node:fs/promises';
import { type Finding, ok, warning } from './checkUp.js';

/** A full disk stops every commit: nothing is lost, and nothing goes on. */
const freeShareMin = 0.1;
const freeBytesMin = 2 * 1024 ** 3;

export function judgeDisk(folder: string, free: { readonly bytes: number; readonly share: number }): Finding {
  const says = `${(free.bytes / 1024 ** 3).toFixed(1)} GiB free (${Math.round(free.share * 100)} %) at ${folder}`;
  return free.bytes < freeBytesMin || free.share < freeShareMin
    ? warning('disk', says, 'make room: a full disk stops every commit until there is some')
    : ok('disk', says);
}

export async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize, blocks } = await statfs(folder);
  return judgeDisk(folder, { bytes: bavail * bsize, share: blocks === 0 ? 0 : bavail / blocks });
}
