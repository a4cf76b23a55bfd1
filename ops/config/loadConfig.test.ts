import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { BalancinError, exitCodeOf } from '#schemas/errors.js';
import { loadConfig } from './loadConfig.js';
import { maskConfig } from './maskConfig.js';

function folder(file?: unknown): string {
  const cwd = mkdtempSync(join(tmpdir(), 'balancin-config-'));
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  if (file !== undefined) writeFileSync(join(cwd, 'balancin.config.json'), text);
  return cwd;
}

function refusal(source: Parameters<typeof loadConfig>[0]): BalancinError {
  try {
    loadConfig(source);
  } catch (error) {
    if (error instanceof BalancinError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('with nothing set the defaults hold, and nothing can change them', (t) => {
  const config = loadConfig({ env: {}, cwd: folder() });
  t.is(config.cell.partitions, 32);
  t.is(config.databaseUrl, null);
  t.true(Object.isFrozen(config.worker));
});

test('the environment wins over the file, the file over the defaults', (t) => {
  const cwd = folder({ http: { port: 9000 }, logLevel: 'warn' });
  const config = loadConfig({ env: { BALANCIN_LOG_LEVEL: 'debug', KAFKA_BROKERS: 'a:1, b:2' }, cwd });
  t.is(config.http.port, 9000);
  t.is(config.logLevel, 'debug');
  t.deepEqual(config.kafka.brokers, ['a:1', 'b:2']);
});

test('every problem is listed at once in one line, by the name that set it, with exit code 2', (t) => {
  const cwd = folder({ worker: { thread: 2 }, http: { port: 70_000 }, extra: 1 });
  const error = refusal({ env: { BALANCIN_PARTITIONS: '12', DATABASE_URL: 'mysql://x' }, cwd });
  t.is(error.code, 'CONFIG_INVALID');
  t.is(exitCodeOf(error), 2);
  const parts = [
    'worker.thread: no such key',
    'extra: no such key',
    'http.port',
    'BALANCIN_PARTITIONS',
    'DATABASE_URL',
  ];
  for (const part of parts) t.true(error.message.includes(part), `${part} in: ${error.message}`);
  t.false(error.message.includes('\n'));
});

test('rules of detection say whom they are for and what they set, each fault by its place', (t) => {
  const rules = [
    { tenant: 'acme', site: 'norte', well: 'w1', tag: 'well.pdg.p', muted: true },
    { tenant: 'acme', sensitivity: 2, frozenMinutes: null },
  ];
  t.deepEqual(loadConfig({ env: {}, cwd: folder({ detection: { rules } }) }).detection.rules, rules);
  const wrong = [
    { tenant: 'acme', well: 'w1', muted: true },
    { site: 'norte', muted: true },
    { tag: 'well.pdg.p' },
    { tenant: 'acme', high: 5 },
    { tag: 'well.pdg.p', low: 9, high: 5 },
    { tenant: 'acme', sensitivity: 0, mute: true },
  ];
  const { message } = refusal({ env: {}, cwd: folder({ detection: { rules: wrong } }) });
  for (const part of [
    'rules.0: a well is of a site',
    'rules.1: a site is of a tenant',
    'rules.2: sets nothing',
    'rules.3: low, high and deadBand are in the unit of a tag',
    'rules.4: low must be below high',
    'rules.5.sensitivity',
    'rules.5.mute: no such key',
  ])
    t.true(message.includes(part), `${part} in: ${message}`);
});

test('limits of alerts by tenant, site and well are checked alike', (t) => {
  const rules = [{ tenant: 'acme', limits: { onDelayMs: 0, announcedPerHourMax: 0 } }];
  t.deepEqual(loadConfig({ env: {}, cwd: folder({ alerts: { rules } }) }).alerts.rules, rules);
  const wrong = [
    { site: 'norte', limits: { onDelayMs: -1 } },
    { tenant: 'acme', limits: {} },
    { limits: { siteSilentMs: 1 } },
  ];
  const { message } = refusal({ env: {}, cwd: folder({ alerts: { rules: wrong } }) });
  for (const part of [
    'rules.0.limits.onDelayMs',
    'rules.1.limits: sets nothing',
    'rules.2.limits.siteSilentMs: no such',
  ])
    t.true(message.includes(part), `${part} in: ${message}`);
});

test('limits of the rules for ESPs are taken by their names alone', (t) => {
  const rules = [{ tenant: 'acme', site: 'norte', well: 'w1', limits: { motorCMost: 140 } }];
  t.deepEqual(loadConfig({ env: {}, cwd: folder({ esp: { rules } }) }).esp.rules, rules);
  const wrong = [
    { limits: { motorCmost: 140 } },
    { limits: {} },
    { well: 'w1', limits: { startMinutes: 30 } },
  ];
  const { message } = refusal({ env: {}, cwd: folder({ esp: { rules: wrong } }) });
  for (const part of ['esp.rules.0.limits', 'rules.1.limits: sets nothing', 'rules.2'])
    t.true(message.includes(part), `${part} in: ${message}`);
});

test('a file that is not JSON is named, as is one that was asked for but is missing', (t) => {
  t.regex(refusal({ env: {}, cwd: folder('{') }).message, /balancin\.config\.json is not JSON/);
  t.regex(refusal({ env: { BALANCIN_CONFIG: 'no.json' }, cwd: folder() }).message, /no\.json/);
});

test('a printed configuration holds no secret', (t) => {
  const env = {
    DATABASE_URL: 'postgres://user:s3cret@db/x?sslpassword=s3cret',
    SMTP_URL: 'smtp://u:s3cret@h',
    KAFKA_SASL_PASSWORD: 's3cret',
  };
  const shown = JSON.stringify(maskConfig(loadConfig({ env, cwd: folder() })));
  t.false(shown.includes('s3cret'));
  t.true(shown.includes('postgres://***@db/x'));
});
