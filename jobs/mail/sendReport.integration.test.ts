/** Each recipient gets a report once: on a real SMTP server, which refuses and fails as real ones do. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Pool } from 'pg';
import { SMTPServer } from 'smtp-server';
import { migrated } from '#ops/servers/migratedTemplate.js';
import { testDatabase } from '#ops/servers/testDatabase.js';
import { createPool } from '#pipelines/database/pool.js';
import { BalancinError } from '#schemas/errors.js';
import type { ReportRun } from '../reports/runs/reportRun.js';
import type { JobLog } from '../scheduler/jobLog.js';
import { createFolderTransport } from './folderTransport.js';
import type { MailTransport } from './mailTransport.js';
import { requireAddress } from './requireAddress.js';
import { type Delivery, type MailOptions, sendReport } from './sendReport.js';
import { createSmtpTransport } from './smtpTransport.js';

const pdf = new TextEncoder().encode('%PDF-1.7 not really, but with bytes \u0000\u00ff.\r\n.\r\nto escape');

const run: ReportRun = {
  reportRunId: '7c3dd7c6-55d4-4c0c-a0d1-9a0b4c1e8d11',
  kind: 'daily',
  day: '2026-05-14',
  language: 'es',
  requestedBy: 'schedule',
  recipients: [],
  summary: {
    title: 'Resumen diario de producción',
    tenant: 'Andina <b>&',
    day: 'Jueves 14 de mayo de 2026',
    note: 'No se recibieron caudales medidos.',
    figures: [{ label: 'Pozos con datos', value: '11', note: 'de 12' }],
  },
  sha256: '',
  pdf,
};

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

interface Server {
  readonly url: string;
  readonly received: Received[];
  connections: number;
}

type Answer = { readonly responseCode: number; readonly message: string } | null;

/** A server that answers RCPT as `onRecipient` says, and keeps what it takes. */
async function smtpServer(
  t: ExecutionContext,
  options: {
    readonly onRecipient?: (address: string) => Answer;
    readonly onConnection?: (n: number) => Answer;
    readonly password?: string;
  } = {},
): Promise<Server> {
  const received: Received[] = [];
  const fail = (answer: Answer): Error | null =>
    answer === null ? null : Object.assign(new Error(answer.message), { responseCode: answer.responseCode });
  const state: Server = { url: '', received, connections: 0 };
  const server = new SMTPServer({
    authOptional: options.password === undefined,
    allowInsecureAuth: true,
    disabledCommands: options.password === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    onConnect: (_, done) => done(fail(options.onConnection?.(++state.connections) ?? null)),
    onAuth: ({ password }, _, done) =>
      password === options.password ? done(null, { user: 'u' }) : done(new Error('wrong password')),
    onRcptTo: ({ address }, _, done) => done(fail(options.onRecipient?.(address) ?? null)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('latin1'),
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(state, { url: `smtp://127.0.0.1:${port}` });
}

interface Stage {
  readonly pool: Pool;
  readonly log: string[];
  readonly send: (recipients: readonly string[]) => Promise<Delivery[]>;
}

async function stage(t: ExecutionContext, transport: MailTransport): Promise<Stage> {
  const { url } = await testDatabase(t, { template: migrated });
  const pool = createPool({ databaseUrl: url });
  t.teardown(async () => {
    await transport.close();
    await pool.end();
  });
  const lines: string[] = [];
  const write = (context: object, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(context)}`);
  const log: JobLog = { info: write, warn: write, error: write };
  const options: MailOptions = {
    transport,
    from: 'informes@balancin.example',
    attemptsMax: 3,
    retryDelayMs: 5,
    leaseMs: 60_000,
    log,
  };
  return {
    pool,
    log: lines,
    send: (recipients) => sendReport(pool, options, { tenant: 'andina', run, recipients }),
  };
}

async function statuses(pool: Pool): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ recipient: string; status: string }>(
    'select recipient, status from balancin.mail',
  );
  return Object.fromEntries(rows.map((row) => [row.recipient, row.status]));
}

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'balancin-mail-'));
  t.teardown(() => rm(path, { recursive: true }));
  return path;
}

/** The decoded bytes of the PDF part. */
function attachmentOf(raw: string): Buffer {
  const part = raw.slice(raw.indexOf('Content-Type: application/pdf'));
  const body = part.slice(part.indexOf('\r\n\r\n') + 4);
  return Buffer.from(body.slice(0, body.indexOf('\r\n--')), 'base64');
}

function messageIdOf(raw = ''): string | undefined {
  return /^Message-ID:\s+(<[^>]+>)/m.exec(raw)?.[1];
}

test('a mail carries the figures as text and HTML, and the PDF to the byte', async (t) => {
  const server = await smtpServer(t);
  const { send } = await stage(t, createSmtpTransport(server.url));
  const [delivery] = await send(['ana@andina.example']);
  t.like(delivery, { recipient: 'ana@andina.example', outcome: 'sent' });
  const [mail] = server.received;
  t.like(mail, { from: 'informes@balancin.example', to: ['ana@andina.example'] });
  const raw = mail?.raw ?? '';
  t.deepEqual(attachmentOf(raw), Buffer.from(pdf));
  t.regex(raw, /filename=andina-daily-2026-05-14-es\.pdf/);
  t.regex(raw, /^Content-Type: text\/plain/m);
  t.regex(raw, /^Content-Type: text\/html/m);
  t.regex(raw.replace(/=\r\n/g, ''), /Andina &lt;b&gt;&amp;/);
  t.regex(raw, /^Subject: =\?UTF-8\?/m);
});

test('sent twice, a report arrives once', async (t) => {
  const server = await smtpServer(t);
  const { send, pool } = await stage(t, createSmtpTransport(server.url));
  await Promise.all([send(['a@x.example']), send(['a@x.example']), send(['a@x.example'])]);
  const [again] = await send(['a@x.example']);
  t.is(again?.outcome, 'earlier');
  t.is(server.received.length, 1);
  t.deepEqual(await statuses(pool), { 'a@x.example': 'sent' });
});

test('a server that is busy at first is asked again', async (t) => {
  let asked = 0;
  const server = await smtpServer(t, {
    onRecipient: () => (++asked < 3 ? { responseCode: 451, message: 'greylisted' } : null),
  });
  const { send } = await stage(t, createSmtpTransport(server.url));
  const [delivery] = await send(['a@x.example']);
  t.is(delivery?.outcome, 'sent');
  t.is(asked, 3);
});

test('who is refused for good is written down and never asked again; the others get theirs', async (t) => {
  let asked = 0;
  const server = await smtpServer(t, {
    onRecipient(address) {
      if (address !== 'gone@x.example') return null;
      asked++;
      return { responseCode: 550, message: 'no such user' };
    },
  });
  const { send, pool } = await stage(t, createSmtpTransport(server.url));
  const outcomes = (await send(['gone@x.example', 'b@x.example'])).map((delivery) => delivery.outcome);
  t.deepEqual(outcomes, ['failed', 'sent']);
  await send(['gone@x.example', 'b@x.example']);
  t.is(asked, 1);
  t.is(server.received.length, 1);
  const { rows } = await pool.query(
    `select status, error from balancin.mail where recipient = 'gone@x.example'`,
  );
  t.regex(JSON.stringify(rows[0]), /failed.*no such user/);
});

test('a server that stays away leaves the mail to the next run, under the same Message-ID', async (t) => {
  let away = true;
  const server = await smtpServer(t, {
    onConnection: () => (away ? { responseCode: 421, message: 'come back later' } : null),
  });
  const { send, pool } = await stage(t, createSmtpTransport(server.url));
  const error = await t.throwsAsync(send(['a@x.example']), { instanceOf: BalancinError });
  t.like(error, { code: 'MAIL_UNAVAILABLE', retry: true });
  t.is(server.connections, 3);
  t.deepEqual(await statuses(pool), { 'a@x.example': 'retry' });
  const { rows } = await pool.query<{ message_id: string }>('select message_id from balancin.mail');
  away = false;
  await send(['a@x.example']);
  t.is(messageIdOf(server.received[0]?.raw), rows[0]?.message_id);
});

test('a sending that died in mid-air is taken up once its lease is over, not before', async (t) => {
  const server = await smtpServer(t);
  const { send, pool } = await stage(t, createSmtpTransport(server.url));
  await pool.query(
    `insert into balancin.mail (report_run_id, recipient, tenant, status, lease_until, message_id)
     values ($1, 'a@x.example', 'andina', 'sending', clock_timestamp() + interval '1 hour', '<old@x>')`,
    [run.reportRunId],
  );
  await send(['a@x.example']);
  t.is(server.received.length, 0);
  await pool.query(`update balancin.mail set lease_until = clock_timestamp() - interval '1 ms'`);
  await send(['a@x.example']);
  t.is(messageIdOf(server.received[0]?.raw), '<old@x>');
});

test('a wrong password is no fault of the recipient, and stands in no log', async (t) => {
  const server = await smtpServer(t, { password: 'right' });
  const url = server.url.replace('//', '//u:hunter2secret@');
  const { send, pool, log } = await stage(t, createSmtpTransport(url));
  await t.throwsAsync(send(['a@x.example']), { code: 'MAIL_UNAVAILABLE' });
  t.deepEqual(await statuses(pool), { 'a@x.example': 'retry' });
  t.true(log.length > 0);
  t.false(log.join('\n').includes('hunter2secret'));
  const { rows } = await pool.query<{ error: string }>('select error from balancin.mail');
  t.false(rows[0]?.error.includes('hunter2secret'));
});

test('a password is not sent in the clear to a server that offers no TLS', async (t) => {
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.write('220 hello\r\n');
    socket.on('data', (data) => {
      const line = data.toString();
      seen.push(line);
      socket.write(line.startsWith('EHLO') ? '250-hello\r\n250 AUTH PLAIN LOGIN\r\n' : '454 no TLS here\r\n');
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', () => resolve()));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // 127.1 is loopback too, but not by any of the names for which clear text is let pass.
  const transport = createSmtpTransport(`smtp://u:secret@127.0.0.2:${port}`);
  const { send } = await stage(t, transport);
  await t.throwsAsync(send(['a@x.example']), { code: 'MAIL_UNAVAILABLE' });
  t.true(seen.length > 0);
  t.false(seen.some((line) => line.startsWith('AUTH')));
});

test('without a server, mail and PDF land in a folder, and nothing there is overwritten', async (t) => {
  const dir = await folder(t);
  const { send } = await stage(t, createFolderTransport(join(dir, 'outbox')));
  const deliveries = await send(['a@x.example', 'b@x.example']);
  t.is(deliveries[0]?.where, join(dir, 'outbox', 'andina-daily-2026-05-14-es.pdf'));
  t.deepEqual((await readdir(join(dir, 'outbox'))).sort(), [
    'andina-daily-2026-05-14-es-2.eml',
    'andina-daily-2026-05-14-es-2.pdf',
    'andina-daily-2026-05-14-es.eml',
    'andina-daily-2026-05-14-es.pdf',
  ]);
  t.deepEqual(await readFile(deliveries[0]?.where ?? ''), Buffer.from(pdf));
  t.is((await stat(deliveries[0]?.where ?? '')).mode & 0o077, 0);
  const eml = await readFile(join(dir, 'outbox', 'andina-daily-2026-05-14-es-2.eml'), 'latin1');
  t.regex(eml, /^To: b@x\.example\r?$/m);
  t.deepEqual(attachmentOf(eml), Buffer.from(pdf));
});

test('no text of a tenant becomes a header or a second recipient', async (t) => {
  const dir = await folder(t);
  const transport = createFolderTransport(dir);
  t.teardown(() => transport.close());
  const mail = {
    messageId: '<x@y>',
    from: 'a@x.example',
    to: 'b@x.example',
    subject: 'Hi\r\nBcc: evil@x.example\u2028X-Evil: 1',
    text: '',
    html: '',
    attachment: { fileName: '../../etc/pass\r\nwd.pdf', pdf },
  };
  const { where } = await transport.send(mail);
  t.true(where.startsWith(join(dir, '.')));
  const eml = await readFile(where.replace(/\.pdf$/, '.eml'), 'latin1');
  const headers = eml.slice(0, eml.indexOf('\r\n\r\n'));
  t.notRegex(headers, /^(Bcc|X-Evil):/im);
  for (const to of [
    'b@x.example, c@x.example',
    'b@x.example\r\nBcc: c@x.example',
    '<b@x.example>',
    'b',
    'b@',
    '@x',
    `${'b'.repeat(65)}@x.example`,
  ]) {
    t.is(t.throws(() => requireAddress(to), { instanceOf: BalancinError })?.code, 'USAGE');
    await t.throwsAsync(transport.send({ ...mail, to }), { instanceOf: BalancinError });
  }
});

test('an address that is none is written down as failed, and stops nobody else', async (t) => {
  const server = await smtpServer(t);
  const { send } = await stage(t, createSmtpTransport(server.url));
  const outcomes = (await send(['no address', 'b@x.example'])).map((delivery) => delivery.outcome);
  t.deepEqual(outcomes, ['failed', 'sent']);
});

test('a URL that is none is refused without being shown', (t) => {
  for (const url of ['', 'mail.example.com', 'http://u:secret@x', 'smtp://']) {
    const error = t.throws(() => createSmtpTransport(url), { instanceOf: BalancinError });
    t.is(error?.code, 'CONFIG_INVALID');
    t.false(error?.message.includes('secret'));
  }
});
