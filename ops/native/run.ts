/** Runs one outside program for the build: its output goes on to the terminal, a missing program or a failure is one clear line. */
import { spawn } from 'node:child_process';
import { BalancinError } from '#schemas/errors.js';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Asked only whether it is there: what it says is not shown. */
  readonly quiet?: boolean;
  /** What to do where the program is missing or fails. */
  readonly remedy: string;
}

export async function run({ command, args, cwd, env, quiet = false, remedy }: Program): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', quiet ? 'ignore' : 'inherit'],
  });
  const outcome = await new Promise<string | null>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `${command} is not on this machine` : `${command}: ${error.message}`),
    );
    child.once('close', (code, signal) =>
      resolve(code === 0 ? null : `${command} ${args[0] ?? ''} ended with ${signal ?? `exit code ${code}`}`),
    );
  });
  if (outcome !== null) throw new BalancinError('MISSING_DEPENDENCY', `${outcome}: ${remedy}`);
}
