/** A configuration fit to be printed: secrets masked. */
import type { Config } from './config.js';
import { environmentVariables } from './environment.js';

/** User and password of a URL become `***`, as does its query; any other secret becomes `***` whole. */
function mask(text: string): string {
  if (!/^[a-z]+:\/\//.test(text)) return '***';
  return text.replace(/^([a-z]+:\/\/)[^@/]*@/, '$1***@').replace(/\?.*$/, '?***');
}

export function maskConfig(config: Config): Config {
  const copy = structuredClone(config);
  for (const { path, secret } of environmentVariables) {
    if (!secret) continue;
    let at = copy as unknown as Record<string, unknown>;
    for (const part of path.slice(0, -1)) at = at[part] as Record<string, unknown>;
    const key = path[path.length - 1] as string;
    const value = at[key];
    if (typeof value === 'string') at[key] = mask(value);
  }
  return copy;
}
