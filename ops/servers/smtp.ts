/** Starts a real SMTP server for tests, which keeps in memory the mails that it receives. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came: headers and bodies. */
  readonly raw: string;
  /** Login of the sender, null without one. */
  readonly username: string | null;
  readonly encrypted: boolean;
}

export interface SmtpOptions {
  /** The only login that is let in; without it nobody is asked for one. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** `starttls` and `tls` (from the first byte) use the server's own self-signed certificate for localhost. */
  readonly security?: 'none' | 'starttls' | 'tls';
  /** More mails than that are refused for the moment (452). */
  readonly mailsMax?: number;
}

export interface SmtpServer {
  /** `smtp://user:password@127.0.0.1:port`; `smtps:` with `security: 'tls'`. */
  readonly url: string;
  readonly port: number;
  /** In the order they came. */
  readonly mails: readonly ReceivedMail[];
  /** Answers the next message with that SMTP code after its data (4xx: try again, 5xx: never). */
  refuseNext(code: number, text: string): void;
  stop(): Promise<void>;
}

const mailBytesMax = 32 * 1024 * 1024;

export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpServer> {
  const { auth, security = 'none', mailsMax = 1_000 } = options;
  const mails: ReceivedMail[] = [];
  const refusals: Error[] = [];
  const server = new SMTPServer({
    secure: security === 'tls',
    size: mailBytesMax,
    disabledCommands: [
      ...(auth === undefined ? ['AUTH'] : []),
      ...(security === 'starttls' ? [] : ['STARTTLS']),
    ],
    // A login over an open connection is only ever asked for on loopback.
    allowInsecureAuth: security === 'none',
    authOptional: auth === undefined,
    onAuth: (given, _session, done) => {
      const known =
        auth !== undefined && given.username === auth.username && given.password === auth.password;
      if (known) done(null, { user: given.username });
      else done(smtpError(535, 'wrong user or password'));
    },
    onData: (stream, session, done) => {
      readAll(stream).then(
        (raw) => {
          if (stream.sizeExceeded) return done(smtpError(552, 'too large'));
          const refusal = refusals.shift();
          if (refusal !== undefined) return done(refusal);
          if (mails.length >= mailsMax) return done(smtpError(452, 'mailbox full'));
          mails.push(mailOf(session, raw));
          done();
        },
        (error: Error) => done(error),
      );
    },
  } satisfies SMTPServerOptions);
  // Clients that hang up in the middle, on purpose in some tests.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const login =
    auth === undefined ? '' : `${encodeURIComponent(auth.username)}:${encodeURIComponent(auth.password)}@`;
  return {
    url: `${security === 'tls' ? 'smtps' : 'smtp'}://${login}127.0.0.1:${port}`,
    port,
    mails,
    refuseNext(code, text) {
      refusals.push(smtpError(code, text));
    },
    async stop() {
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}

function mailOf(session: SMTPServerSession, raw: string): ReceivedMail {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    raw,
    username: session.user ?? null,
    encrypted: session.secure,
  };
}

async function readAll(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  // Beyond the limit the rest is read, as the protocol wants, but not kept.
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mailBytesMax) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
