/** A path as people are shown it: short where it is below the working directory. */
import { isAbsolute, relative, sep } from 'node:path';

/** `./reports/daily.pdf`, or the path itself where it is elsewhere. Both can be pasted into a shell or `require`. */
export function shownPath(path: string, cwd = process.cwd()): string {
  const way = relative(cwd, path);
  const isBelow = way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return isBelow ? `.${sep}${way}` : path;
}
