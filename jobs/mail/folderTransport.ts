/** Puts mail into a folder, for where there is no SMTP server: the mail as `.eml`, its report beside it as `.pdf`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { BalancinError } from '#schemas/errors.js';
import type { Mail, MailTransport } from './mailTransport.js';
import { mimeOf } from './mime.js';

/** Files of one name that are kept side by side; more means that something sends in circles. */
const copiesMax = 1_000;

/** Nothing there is ever overwritten: a name that is taken gets a number. */
export function createFolderTransport(folder: string): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail: Mail) {
      const composed = await composer.sendMail(mimeOf(mail));
      await mkdir(folder, { recursive: true });
      const base = mail.attachment.fileName.replace(/\.pdf$/, '').replace(/[^A-Za-z0-9._-]+/g, '_');
      const pdf = await writeAnew(folder, base, '.pdf', mail.attachment.pdf);
      await writeAnew(folder, base, '.eml', composed.message as Buffer);
      return { where: pdf };
    },
    async close() {
      composer.close();
    },
  };
}

async function writeAnew(folder: string, base: string, ending: string, bytes: Uint8Array): Promise<string> {
  for (let copy = 1; copy <= copiesMax; copy++) {
    const path = join(folder, `${base}${copy === 1 ? '' : `-${copy}`}${ending}`);
    try {
      // Readable by its owner alone: it is a company's production.
      await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new BalancinError(
    'LIMIT_REACHED',
    `${folder} holds ${copiesMax} copies of ${base}${ending}: empty it`,
  );
}
