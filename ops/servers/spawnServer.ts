/** Starts a server process that is not meant to outlive us. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { BalancinError } from '#schemas/errors.js';

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where its output goes, made anew. */
  readonly log: string;
}

const setpriv = '/usr/bin/setpriv';

/**
 * On Linux the kernel kills the child when the thread that called this is gone, kill -9 included; elsewhere it is
 * killed when this process exits by itself, which it does not keep from exiting. Its own session: Ctrl-C ends it by
 * our doing, in our order.
 */
export async function spawnServer(command: ServerCommand): Promise<ChildProcess> {
  const log = await open(command.log, 'w', 0o600);
  const full = [command.program, ...command.args];
  const [program, ...args] = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--', ...full] : full;
  const child = spawn(program ?? '', args, {
    cwd: command.cwd,
    env: command.env ?? process.env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  child.unref();
  // Listened for before anything else is awaited: the event may come at once.
  const spawned = once(child, 'spawn').catch((cause: unknown) => {
    process.off('exit', kill);
    throw new BalancinError('MISSING_DEPENDENCY', `cannot run ${command.program}`, { cause });
  });
  await Promise.all([spawned, log.close()]);
  return child;
}

/** The last lines of a server's log, in one line, for an error message. */
export async function logTail(log: string, lines = 3): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-lines).join(' | ').slice(-1_000);
}
