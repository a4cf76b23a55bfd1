/** What names one run in `job_run`, and who holds it. */

export interface SlotKey {
  readonly name: string;
  readonly slotMs: number;
}

export interface HeldSlot extends SlotKey {
  /** Of the runner: one process, one start. */
  readonly owner: string;
  /** With the owner the fence: whoever took the slot over raised it. */
  readonly attempt: number;
}
