/**
 * Ava with its TAP made whole, as a process of its own. The reporter of 7.0.0 throws on a test file that calls
 * process.exit() or times out, which ends the whole run without a word on either, and it shows one stack frame, its own.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The parts of ava's events that are amended; `originalError` is missing in errors that ava itself makes. */
interface ReportedError {
  originalError?: Error & { frames?: string[] };
  name?: string;
  stack?: string;
}
interface ReportedEvent {
  err?: ReportedError;
}
interface TapReporter {
  writeTest: (event: ReportedEvent, flags: unknown) => void;
  writeCrash: (event: ReportedEvent, title?: string) => void;
}

const framesMax = 12;

function amend(event: ReportedEvent): ReportedEvent {
  const { err } = event;
  if (err === undefined) return event;
  const whole: ReportedError =
    err instanceof Error ? { originalError: err, name: err.name, stack: err.stack ?? '' } : err;
  if (whole.originalError !== undefined) {
    const frames = (whole.stack ?? whole.originalError.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line));
    const ours = frames.filter((line) => !/node_modules\/ava\/|node:internal/.test(line));
    whole.originalError.frames = ours.slice(0, framesMax).map((line) => line.trim());
  }
  return { ...event, err: whole };
}

/** By path: ava exports none of this. The working folder is that of the tests. */
const avaFile = (path: string): string => pathToFileURL(join(process.cwd(), 'node_modules/ava', path)).href;

const { default: Reporter } = (await import(avaFile('lib/reporters/tap.js'))) as {
  default: { prototype: TapReporter };
};
const { writeTest, writeCrash } = Reporter.prototype;
Reporter.prototype.writeTest = function (event, flags) {
  writeTest.call(this, amend(event), flags);
};
Reporter.prototype.writeCrash = function (event, title) {
  writeCrash.call(this, amend(event), title);
};

process.argv.push('--tap');
await import(avaFile('entrypoints/cli.mjs'));
