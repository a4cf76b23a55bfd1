/** Runs one of the checks beside the tests; a check counts as one passed or one failed. */
import { spawn } from 'node:child_process';
import { TailBuffer } from './tailBuffer.js';

export interface Check {
  readonly name: string;
  /** A script of an installed package, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
}

export interface CheckResult {
  readonly name: string;
  readonly failed: boolean;
  readonly output: string;
  readonly ms: number;
}

/** A lint error in every file of the project still fits. */
const outputBytesMax = 1024 * 1024;

export async function runCheck({ name, script, args }: Check, folder: string): Promise<CheckResult> {
  const started = performance.now();
  const output = new TailBuffer(outputBytesMax);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const failed = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      output.push(Buffer.from(error.message));
      resolve(true);
    });
    child.once('close', (code) => resolve(code !== 0));
  });
  return { name, failed, output: output.text(), ms: performance.now() - started };
}
