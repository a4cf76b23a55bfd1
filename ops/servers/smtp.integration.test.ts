import test, { type ExecutionContext } from 'ava';
import { createTransport } from 'nodemailer';
import { type SmtpOptions, startSmtp } from './smtp.js';

const letter = {
  from: 'a@x.test',
  to: ['b@x.test', 'c@x.test'],
  subject: 'Resumen',
  text: 'Producción: 12 m³',
};

async function setup(t: ExecutionContext, options: SmtpOptions = {}) {
  const server = await startSmtp(options);
  const transport = createTransport({ url: server.url, tls: { rejectUnauthorized: false } });
  t.teardown(async () => {
    transport.close();
    await server.stop();
  });
  return { server, transport };
}

test('a mail arrives with its envelope and its bytes', async (t) => {
  const { server, transport } = await setup(t);
  await transport.sendMail(letter);
  t.is(server.mails.length, 1);
  t.like(server.mails[0], {
    from: 'a@x.test',
    to: ['b@x.test', 'c@x.test'],
    username: null,
    encrypted: false,
  });
  t.regex(server.mails[0]?.raw ?? '', /^Subject: Resumen\r?$/m);
});

for (const security of ['none', 'starttls', 'tls'] as const) {
  test(`with security ${security}, only the right login is let in`, async (t) => {
    const auth = { username: 'ana@x.test', password: 'p@ss:word' };
    const { server, transport } = await setup(t, { auth, security });
    await transport.sendMail(letter);
    t.like(server.mails[0], { username: 'ana@x.test', encrypted: security !== 'none' });
    const url = new URL(server.url);
    url.password = 'wrong';
    const stranger = createTransport({ url: url.href, tls: { rejectUnauthorized: false } });
    await t.throwsAsync(stranger.sendMail(letter), { code: 'EAUTH' });
    url.username = url.password = '';
    const anonymous = createTransport({ url: url.href, tls: { rejectUnauthorized: false } });
    await t.throwsAsync(anonymous.sendMail(letter));
    t.is(server.mails.length, 1);
  });
}

test('a refused mail is not kept, and the next one is', async (t) => {
  const { server, transport } = await setup(t);
  server.refuseNext(451, 'later');
  const error = await t.throwsAsync(transport.sendMail(letter));
  t.like(error, { responseCode: 451 });
  await transport.sendMail(letter);
  t.is(server.mails.length, 1);
});

test('beyond its limit of mails it refuses them for the moment', async (t) => {
  const { server, transport } = await setup(t, { mailsMax: 1 });
  await transport.sendMail(letter);
  t.like(await t.throwsAsync(transport.sendMail(letter)), { responseCode: 452 });
  t.is(server.mails.length, 1);
});
