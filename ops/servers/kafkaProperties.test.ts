import test from 'ava';
import { brokerProperties } from './kafkaProperties.js';

const ports = [0, 1, 2].map((id) => ({ client: 100 + id, internal: 200 + id, controller: 300 + id }));
const bare = { id: 1, ports, dataFolder: '/d', sasl: null, tls: null };

function lines(spec: Parameters<typeof brokerProperties>[0]): string[] {
  return brokerProperties(spec).trimEnd().split('\n');
}

test('every listener is on loopback, and every broker knows all controllers', (t) => {
  const text = lines(bare);
  t.true(
    text.includes('listeners=CLIENT://127.0.0.1:101,INTERNAL://127.0.0.1:201,CONTROLLER://127.0.0.1:301'),
  );
  t.true(text.includes('controller.quorum.voters=0@127.0.0.1:300,1@127.0.0.1:301,2@127.0.0.1:302'));
  t.false(text.some((line) => line.includes('0.0.0.0')));
});

test('a write counts with two of three replicas, and with the only one of a single broker', (t) => {
  t.true(lines(bare).includes('min.insync.replicas=2'));
  t.true(lines({ ...bare, id: 0, ports: ports.slice(0, 1) }).includes('min.insync.replicas=1'));
});

const sasl = { mechanism: 'plain', username: 'ana', password: 'p"w\\d' } as const;
const tls = { key: 'K1\nK2', cert: 'C1\nC2' };
const protocols = [
  { sasl: null, tls: null, protocol: 'PLAINTEXT' },
  { sasl, tls: null, protocol: 'SASL_PLAINTEXT' },
  { sasl: null, tls, protocol: 'SSL' },
  { sasl, tls, protocol: 'SASL_SSL' },
] as const;
for (const { protocol, ...security } of protocols) {
  test(`clients speak ${protocol}, the cluster among itself does not`, (t) => {
    const map = `CLIENT:${protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`;
    t.true(lines({ ...bare, ...security }).includes(`listener.security.protocol.map=${map}`));
  });
}

test('quotes, backslashes and line ends survive both levels of escaping', (t) => {
  const text = brokerProperties({ ...bare, sasl, tls });
  t.true(text.includes('user_ana="p\\\\"w\\\\\\\\d";'));
  t.true(text.includes('certificate.chain=C1\\nC2\n'));
});
