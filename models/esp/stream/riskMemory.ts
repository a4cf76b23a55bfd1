/** What was said of an ESP at its last score, and whether its alert is open. */
import type { EspRisk, EspYesterday } from '#schemas/records/espRisk.js';
import type { PackedReader, PackedWriter } from '#pipelines/packedBytes.js';
import type { AlertLimits } from '../model/alertLatch.js';
import type { ChannelShares } from '../output/contributions.js';

/** A quiet day between two bad ones is no recovery: as the judge's alerts. */
const quietDays = 3;

export class RiskMemory {
  last: EspYesterday | null = null;
  /** What each channel moved the log-odds by, then. */
  shares: ChannelShares | null = null;
  /** When the open alert opened; null where none is. */
  openedMs: number | null = null;
  /** Its mode when it opened: an open finding keeps its name. */
  openedMode = '';
  quiet = 0;

  wouldAlert(risk7: number, limits: AlertLimits): boolean {
    if (risk7 >= limits.open) return true;
    const quiet = risk7 < limits.close ? this.quiet + 1 : 0;
    return this.openedMs !== null && quiet < quietDays;
  }

  /** A score that was said: when its alert opened, or that of the one that closed opened. */
  note(
    risk: EspRisk,
    shares: ChannelShares,
    limits: AlertLimits,
  ): { readonly openedMs: number | null; readonly closedMs: number | null } {
    const before = this.openedMs;
    this.quiet = risk.known && risk.risk7 < limits.close ? this.quiet + 1 : 0;
    if (risk.alert && before === null) {
      this.openedMs = risk.atMs;
      this.openedMode = risk.mode ?? 'unknown';
    } else if (!risk.alert) this.openedMs = null;
    const { atMs, risk7, risk30, mode, health } = risk;
    this.last = { atMs, risk7, risk30, mode, health };
    this.shares = risk.known ? shares : null;
    return {
      openedMs: before === null ? this.openedMs : null,
      closedMs: this.openedMs === null ? before : null,
    };
  }

  /** Closes what is open. */
  takeOpened(): number | null {
    const { openedMs } = this;
    this.openedMs = null;
    return openedMs;
  }

  /** Another pump: what was said of the old one is no yesterday. */
  forget(): void {
    this.last = this.shares = this.openedMs = null;
    this.quiet = 0;
  }
}

export function writeRiskMemory(
  out: PackedWriter,
  { last, shares, openedMs, openedMode, quiet }: RiskMemory,
): void {
  out.byte(last === null ? 0 : 1);
  if (last !== null) {
    out.integer(last.atMs);
    for (const x of [last.risk7, last.risk30, last.health]) out.float64(x);
    out.text(last.mode ?? '');
  }
  out.count(shares === null ? 0 : shares.size + 1);
  for (const [channel, share] of shares ?? []) {
    out.text(channel);
    out.float32(share);
  }
  out.integer(openedMs ?? -1);
  out.text(openedMode);
  out.count(quiet);
}

export function readRiskMemory(from: PackedReader): RiskMemory {
  const memory = new RiskMemory();
  if (from.byte() === 1) {
    const atMs = from.integer();
    const [risk7, risk30, health] = [from.float64(), from.float64(), from.float64()];
    const mode = from.text();
    memory.last = { atMs, risk7, risk30, health, mode: mode === '' ? null : mode };
  }
  const shares = from.count();
  if (shares > 0)
    memory.shares = new Map(Array.from({ length: shares - 1 }, () => [from.text(), from.float32()] as const));
  const openedMs = from.integer();
  memory.openedMs = openedMs < 0 ? null : openedMs;
  memory.openedMode = from.text();
  memory.quiet = from.count();
  return memory;
}
