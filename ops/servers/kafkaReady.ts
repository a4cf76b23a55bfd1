/** Asks a Kafka cluster whether its brokers are there. */
import kafkajs, { type KafkaConfig } from 'kafkajs';
import type { SaslLogin, ServerCertificate } from './kafkaProperties.js';

const { Kafka, logLevel } = kafkajs;

/** How many living brokers the broker at that address knows, itself included; 0 where it does not answer. */
export async function countBrokers(
  broker: string,
  login: { readonly sasl?: SaslLogin | undefined; readonly tls?: ServerCertificate | undefined },
): Promise<number> {
  const { sasl, tls } = login;
  const config: KafkaConfig = {
    clientId: 'balancin-start',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 2_000,
    ...(tls === undefined ? {} : { ssl: { ca: [tls.cert], checkServerIdentity: () => undefined } }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as NonNullable<KafkaConfig['sasl']> }),
  };
  const admin = new Kafka(config).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    return cluster.controller === null ? 0 : cluster.brokers.length;
  } catch {
    return 0;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
