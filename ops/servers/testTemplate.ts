/** Makes template databases on the shared test server: each once, whoever needs it first. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type Pool } from 'pg';

export interface TemplateRecipe {
  readonly name: string;
  /** Changes whenever the template would come out different. */
  fingerprint(): Promise<string>;
  /** Fills an empty database. Every connection must be closed when it resolves. */
  build(url: string): Promise<void>;
}

/** Any number that nothing else uses as an advisory lock on the admin database. */
const lockId = 7_310_402;

/** Name of the finished template. A lock makes others wait for the one that builds; a changed recipe builds anew. */
export async function ensureTemplate(admin: Pool, adminUrl: string, recipe: TemplateRecipe): Promise<string> {
  const hash = createHash('sha256')
    .update(await recipe.fingerprint())
    .digest('hex')
    .slice(0, 16);
  const template = `test_template_${recipe.name}_${hash}`;
  if (await exists(admin, template)) return template;
  // A connection of its own: the pool's may be waiting for this lock in another test of this process.
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockId]);
    if (await exists(client, template)) return template;
    const unfinished = `${template}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished} TEMPLATE template0 STRATEGY FILE_COPY`);
    await recipe.build(urlOf(adminUrl, unfinished));
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
    // Nobody may connect: CREATE DATABASE refuses a template that is in use.
    await client.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    return template;
  } finally {
    await client.end();
  }
}

/** The same server and login, another database. */
export function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** One string that changes with any file's name or content under an asset folder (`#schemas/migrations`). */
export async function fingerprintOf(folderUrl: string): Promise<string> {
  const folder = fileURLToPath(folderUrl);
  const hash = createHash('sha256');
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const content = await readFile(join(folder, name)).catch(() => null);
    if (content !== null) hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function exists(client: Pool | Client, database: string): Promise<boolean> {
  return (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])).rowCount === 1;
}
