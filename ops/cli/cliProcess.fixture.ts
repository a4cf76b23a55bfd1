/** Runs the command line as its users do, as a process of its own, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Resolved as a folder: `#ops/….js` names compiled code, and the launcher is none.
const launcher = fileURLToPath(new URL('./balancin.js', `${import.meta.resolve('#ops/cli')}/`));

export interface CliProcess {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves when standard output holds the text; rejects when the process ends without it. */
  printed(text: string): Promise<void>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Nothing of the configuration of whoever runs the tests gets in. */
function cleanEnv(): Record<string, string | undefined> {
  const names = /^(BALANCIN_|KAFKA_|MQTT_|DATABASE_URL$|SCHEMA_REGISTRY_URL$|SMTP_URL$|NODE_V8_COVERAGE$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.test(name)));
}

export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions): CliProcess {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd,
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'gone')),
  );
  return {
    child,
    ended,
    stdout: () => out,
    stderr: () => err,
    async printed(text) {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (out.includes(text)) resolve();
        };
        child.stdout.on('data', look);
        child.once('close', () => {
          look();
          reject(new Error(`it ended without printing '${text}':\n${out}\n${err}`));
        });
        look();
      });
    },
  };
}

export async function runCli(
  args: readonly string[],
  options: CliOptions,
): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }> {
  const cli = startCli(args, options);
  return { code: await cli.ended, stdout: cli.stdout(), stderr: cli.stderr() };
}
