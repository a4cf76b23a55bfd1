/** Reads ava's TAP: what passed, what was skipped and why, and every failure in full. */
import { Parser, type Result } from 'tap-parser';
import type { Tally } from './tally.js';

export interface Failure {
  readonly title: string;
  /** Message, difference and stack as ava reports them. */
  readonly details: string;
}

export interface Skip {
  readonly title: string;
  readonly reason: string;
}

export interface TapReport extends Tally {
  readonly failures: Failure[];
  readonly skips: Skip[];
}

/** As `needs()` of ops/servers writes it. */
const reasonPattern = /^(?<title>.*) \(skipped: (?<reason>.+)\)$/s;

export class TapReader {
  readonly report: TapReport = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
  private readonly parser = new Parser();

  /** `onFailure` is called as soon as a failure is known, `onOther` with lines that are no TAP. */
  constructor(
    onFailure: (failure: Failure) => void = () => undefined,
    onOther: (line: string) => void = () => undefined,
  ) {
    const fail = (failure: Failure): void => {
      this.report.failed += 1;
      this.report.failures.push(failure);
      onFailure(failure);
    };
    this.parser.on('assert', (result: Result) => {
      const verdict = judge(result);
      if (verdict === 'passed') this.report.passed += 1;
      else if ('reason' in verdict) {
        this.report.skipped += 1;
        this.report.skips.push(verdict);
      } else fail(verdict);
    });
    this.parser.on('extra', onOther);
    this.parser.on('bailout', (reason: string) => fail({ title: 'the run was given up', details: reason }));
  }

  write(chunk: Buffer): void {
    this.parser.write(chunk);
  }

  end(): TapReport {
    this.parser.end();
    return this.report;
  }
}

function judge(result: Result): 'passed' | Skip | Failure {
  const { ok, fullname, skip, todo, diag } = result;
  if (todo !== false)
    return { title: fullname, details: 'A test that is yet to be written counts as failed.' };
  if (skip !== false) {
    const { title, reason } = reasonPattern.exec(fullname)?.groups ?? {};
    if (title !== undefined && reason !== undefined) return { title, reason };
    return { title: fullname, details: 'Skipped without a reason: skip by needs() of ops/servers.' };
  }
  return ok ? 'passed' : { title: fullname, details: describe(diag) };
}

/** Any diagnostics as indented lines: names with their values, texts of several lines as blocks. */
function describe(diagnostics: unknown): string {
  if (typeof diagnostics === 'string') return diagnostics;
  if (Array.isArray(diagnostics)) return diagnostics.map(describe).join('\n');
  if (typeof diagnostics !== 'object' || diagnostics === null) return JSON.stringify(diagnostics) ?? '';
  return Object.entries(diagnostics)
    .filter(([key]) => key !== 'at')
    .map(([key, value]) => {
      const text = describe(value);
      return text.includes('\n') || typeof value === 'object'
        ? `${key}:\n${text.replace(/^/gm, '  ')}`
        : `${key}: ${text}`;
    })
    .join('\n');
}
