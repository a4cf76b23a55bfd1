/** Writes the settings of an Apache Kafka broker of a small cluster on one machine. */

export interface BrokerPorts {
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
}

export interface SaslLogin {
  readonly mechanism: 'plain' | 'scram-sha-256';
  readonly username: string;
  readonly password: string;
}

/** PEM texts; the key in PKCS#8. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface BrokerSpec {
  readonly id: number;
  /** Of all brokers, by id. */
  readonly ports: readonly BrokerPorts[];
  readonly dataFolder: string;
  readonly sasl: SaslLogin | null;
  readonly tls: ServerCertificate | null;
}

/** Loopback only. Only the client listener asks for a login: the other two are the cluster's own. */
export function brokerProperties(spec: BrokerSpec): string {
  const own = spec.ports[spec.id];
  if (own === undefined) throw new RangeError(`broker ${spec.id} has no ports`);
  const brokers = spec.ports.length;
  const protocol = `${spec.sasl === null ? '' : 'SASL_'}${spec.tls === null ? 'PLAINTEXT' : 'SSL'}`;
  const listeners = [`CLIENT://127.0.0.1:${own.client}`, `INTERNAL://127.0.0.1:${own.internal}`];
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': spec.id,
    'controller.quorum.voters': spec.ports.map((port, id) => `${id}@127.0.0.1:${port.controller}`).join(','),
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${own.controller}`].join(','),
    'advertised.listeners': listeners.join(','),
    'inter.broker.listener.name': 'INTERNAL',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `CLIENT:${protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'log.dirs': spec.dataFolder,
    'default.replication.factor': brokers,
    'min.insync.replicas': brokers > 2 ? 2 : 1,
    'offsets.topic.replication.factor': brokers,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': brokers,
    'transaction.state.log.min.isr': brokers > 2 ? 2 : 1,
    'share.coordinator.state.topic.replication.factor': brokers,
    'share.coordinator.state.topic.min.isr': brokers > 2 ? 2 : 1,
    // A misspelt topic must fail, as it does in production.
    'auto.create.topics.enable': 'false',
    // A topic that keeps minutes would hold five more.
    'log.retention.check.interval.ms': 30_000,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // A killed broker is noticed in 3 s instead of 9.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    ...saslProperties(spec.sasl),
    ...tlsProperties(spec.tls),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${escapeValue(String(value))}\n`)
    .join('');
}

function saslProperties(sasl: SaslLogin | null): Record<string, string> {
  if (sasl === null) return {};
  const login = jaasQuoted(sasl.username);
  const plain =
    'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
    `username=${login} password=${jaasQuoted(sasl.password)} user_${sasl.username}=${jaasQuoted(sasl.password)};`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    'sasl.enabled.mechanisms': sasl.mechanism.toUpperCase(),
    [`listener.name.client.${sasl.mechanism}.sasl.jaas.config`]: sasl.mechanism === 'plain' ? plain : scram,
  };
}

function tlsProperties(tls: ServerCertificate | null): Record<string, string> {
  if (tls === null) return {};
  return {
    'listener.name.client.ssl.keystore.type': 'PEM',
    'listener.name.client.ssl.keystore.certificate.chain': tls.cert,
    'listener.name.client.ssl.keystore.key': tls.key,
  };
}

const jaasQuoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** Of a Java properties file. */
const escapeValue = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
