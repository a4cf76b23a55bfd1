/** Ends server processes for certain: asks, insists, then kills, and waits until they are gone. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

const pollMs = 20;

/** True while a process of that id exists (a zombie that its parent has not collected counts). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends each signal in turn until the child of ours has exited. Safe to call on one that has. */
export async function stopChild(child: ChildProcess, steps: readonly StopStep[]): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    if (hasExited(child)) resolve();
    else child.once('exit', () => resolve());
  });
  for (const { signal, graceMs } of [...steps, { signal: 'SIGKILL', graceMs: 10_000 } as const]) {
    if (hasExited(child)) return;
    child.kill(signal);
    const timer = new AbortController();
    await Promise.race([exited, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }
}

/** Sends each signal in turn until a process that is not our child is gone. */
export async function stopPid(pid: number, steps: readonly StopStep[]): Promise<void> {
  for (const { signal, graceMs } of [...steps, { signal: 'SIGKILL', graceMs: 10_000 } as const]) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const deadlineMs = performance.now() + graceMs;
    while (performance.now() < deadlineMs) {
      if (!isAlive(pid)) return;
      await sleep(pollMs);
    }
  }
}

export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
