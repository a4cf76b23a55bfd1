/** Starts a real MQTT broker (Mosquitto) with a login and topic rights for each user. */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BalancinError } from '#schemas/errors.js';
import { hasExited, stopChild } from './childServer.js';
import { freePort, portInUse, requireFreePort } from './freePort.js';
import type { Missing } from './needs.js';
import { logTail, spawnServer } from './spawnServer.js';

const run = promisify(execFile);

export interface MqttUser {
  readonly username: string;
  readonly password: string;
  /** Topic filters that it may publish to, such as `acme/norte/#`; no others. */
  readonly publish: readonly string[];
  /** Topic filters that it may subscribe to; none by default. */
  readonly subscribe?: readonly string[];
}

export interface MosquittoServer {
  /** `mqtt://127.0.0.1:port`, without a login. */
  readonly url: string;
  readonly port: number;
  /** SIGKILL: clients lose their connections without a word. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const startMs = 20_000;
const startTriesMax = 3;
const installHint = 'apt-get install mosquitto';

/** What is missing for `startMosquitto` here, or null. */
export async function mosquittoMissing(): Promise<Missing> {
  for (const program of ['mosquitto', 'mosquitto_passwd']) {
    if ((await findProgram(program)) === null)
      return `MQTT broker: ${program} is not installed (${installHint})`;
  }
  return null;
}

/**
 * Loopback only, nobody without a login. Sessions and queued messages live in memory. Errors: MISSING_DEPENDENCY,
 * PORT_IN_USE, LOG_UNAVAILABLE (did not start; names the log).
 */
export async function startMosquitto(options: {
  readonly dir: string;
  readonly users: readonly MqttUser[];
  readonly port?: number;
}): Promise<MosquittoServer> {
  const program = await findProgram('mosquitto');
  const missing = await mosquittoMissing();
  if (program === null || missing !== null)
    throw new BalancinError('MISSING_DEPENDENCY', missing ?? installHint);
  if (options.port !== undefined) await requireFreePort(options.port, 'Mosquitto');
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const files = {
    passwords: join(dir, 'passwords'),
    rights: join(dir, 'rights'),
    config: join(dir, 'mosquitto.conf'),
  };
  await writeFile(files.passwords, options.users.map(passwordLine).join(''), { mode: 0o600 });
  await run((await findProgram('mosquitto_passwd')) ?? '', ['-U', files.passwords]);
  await writeFile(files.rights, options.users.map(rightsOf).join('\n'), { mode: 0o600 });
  const log = join(dir, 'mosquitto.log');
  for (let tries = 1; ; tries += 1) {
    const port = options.port ?? (await freePort());
    await writeFile(files.config, configOf(port, files), { mode: 0o600 });
    const child = await spawnServer({ program, args: ['-c', files.config], cwd: dir, log });
    const deadlineMs = performance.now() + startMs;
    while (!hasExited(child) && performance.now() < deadlineMs) {
      // Said once its port is bound; a connection might be answered by whoever took the port.
      if ((await logTail(log)).includes(' running')) {
        return {
          url: `mqtt://127.0.0.1:${port}`,
          port,
          kill: async () => await stopChild(child, []),
          stop: async () => await stopChild(child, [{ signal: 'SIGTERM', graceMs: 5_000 }]),
        };
      }
      await sleep(20);
    }
    await stopChild(child, []);
    const tail = await logTail(log);
    const taken = tail.includes('Address already in use');
    if (taken && options.port === undefined && tries < startTriesMax) continue;
    if (taken) throw portInUse(port, 'Mosquitto');
    throw new BalancinError('LOG_UNAVAILABLE', `Mosquitto did not start: ${tail} (see ${log})`);
  }
}

function passwordLine({ username, password }: MqttUser): string {
  if (/[:\s]/.test(username) || /\s/.test(password))
    throw new RangeError('no colon or space in an MQTT login');
  return `${username}:${password}\n`;
}

function rightsOf({ username, publish, subscribe = [] }: MqttUser): string {
  const lines = [
    ...publish.map((topic) => `topic write ${topic}`),
    ...subscribe.map((topic) => `topic read ${topic}`),
  ];
  return `user ${username}\n${lines.join('\n')}\n`;
}

/** Under root it stays root: its own user could not read a configuration in a 0700 folder. */
function configOf(port: number, files: { readonly passwords: string; readonly rights: string }): string {
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${files.passwords}`,
    `acl_file ${files.rights}`,
    'persistence false',
    'max_queued_messages 10000',
    'max_packet_size 16777216',
    'log_dest stderr',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Debian puts the broker into /usr/sbin, which is not on every user's PATH. */
async function findProgram(name: string): Promise<string | null> {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/sbin',
  ];
  for (const folder of folders) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
