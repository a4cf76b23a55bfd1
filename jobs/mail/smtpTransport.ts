/** Sends mail through an SMTP server. */
import { createTransport } from 'nodemailer';
import { BalancinError } from '#schemas/errors.js';
import { type Mail, MailRefused, type MailTransport } from './mailTransport.js';
import { mimeOf } from './mime.js';

const connectTimeoutMs = 10_000;
const answerTimeoutMs = 60_000;

/** `smtp[s]://[user:password@]host[:port][?requireTLS=false]`. Throws CONFIG_INVALID; never shows the URL, for its password. */
export function createSmtpTransport(smtpUrl: string): MailTransport {
  const url = parse(smtpUrl);
  const secure = url.protocol === 'smtps:';
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // A password must not travel in the clear because a server, or somebody between, forgot to offer STARTTLS.
    requireTLS: !secure && url.username !== '' && !loopback && url.searchParams.get('requireTLS') !== 'false',
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
  });
  return {
    async send(mail: Mail) {
      try {
        const sent = await transport.sendMail(mimeOf(mail));
        return { where: sent.response };
      } catch (error) {
        if (isRefusal(error)) throw new MailRefused(error.response ?? error.message, { cause: error });
        throw error;
      }
    },
    async close() {
      transport.close();
    },
  };
}

function parse(smtpUrl: string): URL {
  if (URL.canParse(smtpUrl)) {
    const url = new URL(smtpUrl);
    if ((url.protocol === 'smtp:' || url.protocol === 'smtps:') && url.hostname !== '') return url;
  }
  throw new BalancinError(
    'CONFIG_INVALID',
    'SMTP_URL must look like smtp://user:password@mail.example.com:587',
  );
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/**
 * A 5xx answer to this recipient or content. One to the sender, the login or the connection is no fault of the mail:
 * it goes out once somebody has mended the configuration.
 */
function isRefusal(error: unknown): error is SmtpError {
  if (!(error instanceof Error)) return false;
  const { code, command, responseCode } = error as SmtpError;
  const aboutMail = code === 'EMESSAGE' || (code === 'EENVELOPE' && command !== 'MAIL FROM');
  return aboutMail && responseCode !== undefined && responseCode >= 500;
}
