/** Why a record cannot be used, as a value: nothing in the hot path throws over data. */
import type { RejectReason } from '#schemas/records/deadLetter.js';

export interface Rejection {
  readonly reason: RejectReason;
  /** One sentence for a person. */
  readonly detail: string;
  /** Whether the reading holds the frame's identity and `t0Ms`, so that its gap can be closed. */
  readonly identified: boolean;
}
