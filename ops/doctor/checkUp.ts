/** What `doctor` finds: each part of the installation, well or not, and what to do. */

export type Health = 'ok' | 'note' | 'warning' | 'failed';

export interface Finding {
  readonly part: string;
  readonly health: Health;
  readonly says: string;
  /** What to do; only where something is to be done. */
  readonly remedy?: string;
}

export const ok = (part: string, says: string): Finding => ({ part, health: 'ok', says });
export const note = (part: string, says: string, remedy?: string): Finding => ({
  part,
  health: 'note',
  says,
  ...(remedy === undefined ? {} : { remedy }),
});
export const warning = (part: string, says: string, remedy: string): Finding => ({
  part,
  health: 'warning',
  says,
  remedy,
});
export const failed = (part: string, says: string, remedy: string): Finding => ({
  part,
  health: 'failed',
  says,
  remedy,
});
