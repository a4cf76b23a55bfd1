/** How mail leaves, from what was configured. */
import type { JobLog } from '../scheduler/jobLog.js';
import { createFolderTransport } from './folderTransport.js';
import { requireAddress } from './requireAddress.js';
import type { MailOptions } from './sendReport.js';
import { createSmtpTransport } from './smtpTransport.js';

export interface MailSettings {
  /** `smtp[s]://[user:password@]host[:port]`; without it mail lands in `outboxDir` as `.eml` and `.pdf`. */
  readonly smtpUrl?: string | undefined;
  readonly outboxDir: string;
  /** Address that mail is from. */
  readonly mailFrom: string;
}

/** Three tries within seconds bridge a restart; what lasts longer is the job's to try again, minutes later. */
const defaults = { attemptsMax: 3, retryDelayMs: 2_000, leaseMs: 10 * 60_000 };

/** Whoever asked closes its transport. Throws CONFIG_INVALID (smtpUrl), USAGE (mailFrom). */
export function mailOptions(settings: MailSettings, log: JobLog): MailOptions {
  const from = requireAddress(settings.mailFrom);
  const transport =
    settings.smtpUrl === undefined
      ? createFolderTransport(settings.outboxDir)
      : createSmtpTransport(settings.smtpUrl);
  return { ...defaults, transport, from, log };
}
