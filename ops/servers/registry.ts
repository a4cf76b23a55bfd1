/** Starts a real schema registry (Apicurio) that speaks Confluent's API. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import { hasExited, stopChild } from './childServer.js';
import { freePort } from './freePort.js';
import { fetchArtifacts } from './javaArtifacts.js';
import { findJdk } from './jdk.js';
import type { Missing } from './needs.js';
import { logTail, spawnServer } from './spawnServer.js';

export interface RegistryServer {
  /** Base of the Confluent API: `<url>/subjects` … Compatibility is BACKWARD. */
  readonly url: string;
  stop(): Promise<void>;
}

const javaMin = 21;
const startMs = 90_000;
const startTriesMax = 3;

/** What is missing for `startRegistry` here, or null. Gets the archive, if need be. */
export async function registryMissing(): Promise<Missing> {
  try {
    await findJdk(javaMin);
    await fetchArtifacts('registry');
    return null;
  } catch (error) {
    if (error instanceof BalancinError && error.code === 'MISSING_DEPENDENCY') {
      return `the schema registry: ${error.message}`;
    }
    throw error;
  }
}

/** Schemas are kept in memory only. Errors: MISSING_DEPENDENCY, REGISTRY_UNAVAILABLE (names the log). */
export async function startRegistry(options: { readonly dir: string }): Promise<RegistryServer> {
  const { java } = await findJdk(javaMin);
  const program = await fetchArtifacts('registry');
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const log = join(dir, 'registry.log');
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const child = await spawnServer({
      program: java,
      args: [
        // Only ever run for tests and short benches: compile less.
        '-XX:TieredStopAtLevel=1',
        '-Xmx512m',
        '-Dquarkus.http.host=127.0.0.1',
        `-Dquarkus.http.port=${port}`,
        '-Dquarkus.management.host=127.0.0.1',
        '-Dquarkus.management.port=0',
        '-jar',
        join(program, 'quarkus-run.jar'),
      ],
      cwd: dir,
      log,
    });
    const stop = async (): Promise<void> => await stopChild(child, [{ signal: 'SIGTERM', graceMs: 10_000 }]);
    const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
    const deadlineMs = performance.now() + startMs;
    while (!hasExited(child) && performance.now() < deadlineMs) {
      if (await setBackward(url)) return { url, stop };
      await sleep(100);
    }
    await stop();
    const tail = await logTail(log, 8);
    if (tries < startTriesMax && /already (in use|bound)|BindException/.test(tail)) continue;
    throw new BalancinError(
      'REGISTRY_UNAVAILABLE',
      `the schema registry did not start: ${tail} (see ${log})`,
    );
  }
}

/** True once the registry answers. Apicurio's default would accept any schema. */
async function setBackward(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"compatibility":"BACKWARD"}',
      signal: AbortSignal.timeout(5_000),
    });
    // The clock runs for the body too.
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
