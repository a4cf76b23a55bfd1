/** Runs ava over a project folder; a run that ends badly without saying where counts as one failure. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TailBuffer } from './tailBuffer.js';
import { type Failure, TapReader, type TapReport } from './readTap.js';

export interface AvaRun {
  readonly folder: string;
  /** Added to this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onFailure?: (failure: Failure) => void;
  /** Called about every half minute, that a long run shows it lives. */
  readonly onProgress?: (soFar: TapReport) => void;
}

export interface AvaReport extends TapReport {
  /** The end of what the test processes themselves printed. */
  readonly output: string;
}

const outputBytesMax = 256 * 1024;
const progressMs = 30_000;

export async function runAva({ folder, env, onFailure, onProgress }: AvaRun): Promise<AvaReport> {
  const output = new TailBuffer(outputBytesMax);
  const reader = new TapReader(onFailure, (line) => output.push(Buffer.from(line)));
  const child = spawn(process.execPath, [fileURLToPath(new URL('./avaProcess.js', import.meta.url))], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => reader.write(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  // Whoever ends the run gets what is known by then, and the servers that its tests share are ended too. ava ends its
  // processes on SIGINT alone.
  const forward = (): void => void child.kill('SIGINT');
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  const timer = setInterval(() => onProgress?.(reader.report), progressMs);
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? '' : `ava ended with ${signal ?? `exit code ${code}`}`),
    );
  });
  clearInterval(timer);
  process.off('SIGINT', forward);
  process.off('SIGTERM', forward);
  const report = reader.end();
  const ran = report.passed + report.failed + report.skipped;
  if (report.failed === 0 && (outcome !== '' || ran === 0)) {
    const details = `${ran === 0 ? 'no test ran' : outcome}\n${output.text()}`;
    const failure = { title: 'the test run', details };
    report.failed += 1;
    report.failures.push(failure);
    onFailure?.(failure);
  }
  return { ...report, output: output.text() };
}
