/** Which environment variable sets which configuration key. */

export interface EnvironmentVariable {
  readonly name: string;
  /** Where its value goes in the configuration. */
  readonly path: readonly string[];
  readonly kind: 'text' | 'integer' | 'boolean' | 'list';
  /** Masked wherever configuration is shown. */
  readonly secret: boolean;
}

function variable(
  name: string,
  path: string,
  kind: EnvironmentVariable['kind'] = 'text',
  secret = false,
): EnvironmentVariable {
  return { name, path: path.split('.'), kind, secret };
}

export const environmentVariables: readonly EnvironmentVariable[] = [
  variable('DATABASE_URL', 'databaseUrl', 'text', true),
  variable('KAFKA_BROKERS', 'kafka.brokers', 'list'),
  variable('KAFKA_TLS', 'kafka.tls', 'boolean'),
  variable('KAFKA_SASL_MECHANISM', 'kafka.saslMechanism'),
  variable('KAFKA_SASL_USERNAME', 'kafka.saslUsername'),
  variable('KAFKA_SASL_PASSWORD', 'kafka.saslPassword', 'text', true),
  variable('SCHEMA_REGISTRY_URL', 'schemaRegistryUrl', 'text', true),
  variable('SMTP_URL', 'mail.smtpUrl', 'text', true),
  variable('MQTT_URL', 'bridge.mqttUrl', 'text', true),
  variable('MQTT_USERNAME', 'bridge.mqttUsername'),
  variable('MQTT_PASSWORD', 'bridge.mqttPassword', 'text', true),
  variable('BALANCIN_MQTT_HOST', 'bridge.host'),
  variable('BALANCIN_MQTT_PORT', 'bridge.port', 'integer'),
  variable('BALANCIN_DATA_DIR', 'dataDir'),
  variable('BALANCIN_TOPIC_PREFIX', 'cell.topicPrefix'),
  variable('BALANCIN_PARTITIONS', 'cell.partitions', 'integer'),
  variable('BALANCIN_THREADS', 'worker.threads', 'integer'),
  variable('BALANCIN_GROUP_ID', 'worker.groupId'),
  variable('BALANCIN_CYCLE_AGE_MS', 'worker.cycleAgeMs', 'integer'),
  variable('BALANCIN_IDLE_TIMEOUT_MS', 'window.idleTimeoutMs', 'integer'),
  variable('BALANCIN_HTTP_HOST', 'http.host'),
  variable('BALANCIN_HTTP_PORT', 'http.port', 'integer'),
  variable('BALANCIN_MAIL_FROM', 'mail.from'),
  variable('BALANCIN_ALLOW_UNSAFE', 'allowUnsafeServers', 'boolean'),
  variable('BALANCIN_LOG_LEVEL', 'logLevel'),
];

/** The value as the configuration wants it, or the text itself where it does not parse: the schema then says what is wrong. */
export function parseVariable(kind: EnvironmentVariable['kind'], text: string): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : text;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
  }
}
