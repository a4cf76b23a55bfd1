/** Every kind of report. Add a report: a folder with its kind, and a line here. */
import { BalancinError } from '#schemas/errors.js';
import { dailyKind } from './daily/dailyKind.js';
import type { ReportKind } from './reportKind.js';

export const reportKinds: readonly ReportKind[] = [dailyKind];

/** Throws USAGE naming the kinds there are. */
export function reportKind(name: string): ReportKind {
  const kind = reportKinds.find((candidate) => candidate.name === name);
  if (kind !== undefined) return kind;
  const known = reportKinds.map((candidate) => candidate.name).join(', ');
  throw new BalancinError('USAGE', `There is no report "${name}"; there is: ${known}`);
}
