/** The port that mail leaves by: an SMTP server, or a folder where there is none. */

export interface Mail {
  /** The same at every attempt. */
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachment: { readonly fileName: string; readonly pdf: Uint8Array };
}

/** Where it went: what the server answered, or the path of the file. */
export interface MailReceipt {
  readonly where: string;
}

export interface MailTransport {
  /** Rejects with a MailRefused, or with whatever kept it from going out. */
  send(mail: Mail): Promise<MailReceipt>;
  close(): Promise<void>;
}

/** The server will never take this mail: its recipient or content is refused. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}
