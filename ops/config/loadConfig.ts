/** Reads the configuration file and the environment once, and lists every problem together. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BalancinError } from '#schemas/errors.js';
import { type Config, configSchema } from './config.js';
import { environmentVariables, parseVariable } from './environment.js';

export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readFile(path: string, required: boolean): Tree {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new BalancinError('CONFIG_INVALID', `cannot read the configuration file ${path}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BalancinError('CONFIG_INVALID', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (isTree(value)) return value;
  throw new BalancinError('CONFIG_INVALID', `${path} must hold one JSON object`);
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree;
  for (const part of path.slice(0, -1)) {
    const next = at[part];
    const child: Tree = isTree(next) ? next : {};
    at[part] = child;
    at = child;
  }
  at[path[path.length - 1] as string] = value;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}

/**
 * File (`BALANCIN_CONFIG`, else `balancin.config.json` where there is one), then environment, over the defaults.
 * Throws CONFIG_INVALID naming every wrong key at once, by the variable or file key that set it.
 */
export function loadConfig(source: ConfigSource): Config {
  const named = source.env['BALANCIN_CONFIG'];
  const file = resolve(source.cwd, named ?? 'balancin.config.json');
  const tree = readFile(file, named !== undefined);
  const setBy = new Map<string, string>();
  for (const variable of environmentVariables) {
    const text = source.env[variable.name];
    if (text === undefined || text === '') continue;
    setAt(tree, variable.path, parseVariable(variable.kind, text));
    setBy.set(variable.path.join('.'), variable.name);
  }
  const parsed = configSchema.safeParse(tree);
  if (parsed.success) return freeze({ ...parsed.data, dataDir: resolve(source.cwd, parsed.data.dataDir) });
  const problems = parsed.error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${path === '' ? key : `${path}.${key}`}: no such key`);
    return [`${setBy.get(path) ?? path}: ${issue.message}`];
  });
  throw new BalancinError('CONFIG_INVALID', `the configuration is wrong: ${problems.join('; ')}`, {
    context: { file, problems },
  });
}
