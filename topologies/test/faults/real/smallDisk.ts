/** A small disk in memory that can be filled up: a database on it meets the end of its space. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  /** Not a byte is left. */
  fill(): Promise<void>;
  free(): Promise<void>;
  unmount(): Promise<void>;
}

/** The reason, in words, where this machine does not let us. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | string> {
  if (process.getuid?.() !== 0) return 'only root may mount a tmpfs';
  const folder = await mkdtemp(join(tmpdir(), 'balancin-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    return `a tmpfs cannot be mounted: ${String(error)}`;
  }
  // The server's user goes through it.
  await chmod(folder, 0o755);
  const filler = join(folder, 'filler');
  return {
    folder,
    async fill() {
      const file = await open(filler, 'w');
      try {
        for (const bytes of [1024 * 1024, 4096]) await writeWhileRoom(file, Buffer.alloc(bytes));
      } finally {
        await file.close().catch(() => undefined);
      }
    },
    free: () => rm(filler, { force: true }),
    async unmount() {
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

async function writeWhileRoom(
  file: { write(bytes: Buffer): Promise<{ bytesWritten: number }> },
  bytes: Buffer,
): Promise<void> {
  try {
    for (;;) if ((await file.write(bytes)).bytesWritten < bytes.length) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
