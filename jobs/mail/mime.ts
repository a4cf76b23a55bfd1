/** A mail as nodemailer takes it. */
import type { SendMailOptions } from 'nodemailer';
import type { Mail } from './mailTransport.js';
import { requireAddress } from './requireAddress.js';

/** Throws USAGE for an address that is none. Line breaks in a subject become spaces: there a header would begin. */
export function mimeOf(mail: Mail): SendMailOptions {
  const to = requireAddress(mail.to);
  const from = requireAddress(mail.from);
  return {
    messageId: mail.messageId,
    // As objects, not text: nodemailer would look for lists and groups in text.
    from: { name: 'Balancín', address: from },
    to: { name: '', address: to },
    envelope: { from, to },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: [
      {
        filename: oneLine(mail.attachment.fileName),
        content: Buffer.from(mail.attachment.pdf),
        contentType: 'application/pdf',
      },
    ],
  };
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
