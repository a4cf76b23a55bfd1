/** What processes have used, as Linux says under /proc: CPU seconds and peak memory. */
import { readFile } from 'node:fs/promises';

/** USER_HZ: what /proc counts CPU time in, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Times {
  /** By its own threads, s. */
  readonly ownS: number;
  /** By children that it has waited for, s. */
  readonly endedS: number;
}

async function readTimes(pid: number): Promise<Times | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name in parentheses may hold anything: what counts stands behind the last one.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { ownS: (user + system) / ticksPerSecond, endedS: (endedUser + endedSystem) / ticksPerSecond };
}

/** CPU seconds of one process with its threads; 0 where it is gone. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return (await readTimes(pid))?.ownS ?? 0;
}

/** CPU seconds of a process and its children, those that have ended included. */
export async function cpuSecondsOfFamily(pid: number): Promise<number> {
  const times = await readTimes(pid);
  if (times === null) return 0;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const living = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(cpuSecondsOf));
  return living.reduce((sum, seconds) => sum + seconds, times.ownS + times.endedS);
}

/** The most memory a process held at once, bytes; 0 where it is gone. */
export async function peakRssBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) * 1024;
}

/** The memory a process holds now, bytes; 0 where it is gone. */
export async function rssBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) * 1024;
}
