/** kafkajs's errors as ours: which pass by themselves, which do not. */
import { BalancinError, type ErrorCode } from '#schemas/errors.js';

/** Protocol error types (Kafka's names) and class names that mean something other than 'try again later'. */
const codes: Readonly<Record<string, ErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'NOT_FOUND',
  INVALID_TOPIC_EXCEPTION: 'USAGE',
  MESSAGE_TOO_LARGE: 'DATA_INVALID',
  RECORD_LIST_TOO_LARGE: 'DATA_INVALID',
  INVALID_RECORD: 'DATA_INVALID',
  INVALID_REPLICATION_FACTOR: 'CONFIG_INVALID',
  TOPIC_AUTHORIZATION_FAILED: 'AUTHENTICATION',
  GROUP_AUTHORIZATION_FAILED: 'AUTHENTICATION',
  CLUSTER_AUTHORIZATION_FAILED: 'AUTHENTICATION',
  SASL_AUTHENTICATION_FAILED: 'AUTHENTICATION',
  UNSUPPORTED_SASL_MECHANISM: 'AUTHENTICATION',
  ILLEGAL_SASL_STATE: 'AUTHENTICATION',
  KafkaJSSASLAuthenticationError: 'AUTHENTICATION',
};

/** Looks through the causes: kafkajs wraps an error each time it gives up trying again. */
export function explainKafkaError(error: unknown, doing: string): BalancinError {
  if (error instanceof BalancinError) return error;
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = inner(cause), depth += 1) {
    const type = 'type' in cause && typeof cause.type === 'string' ? cause.type : '';
    const code = codes[type] ?? codes[cause.name];
    const context = { doing, kafka: type === '' ? cause.name : type };
    if (code !== undefined) {
      return new BalancinError(code, `Kafka refused ${doing}: ${cause.message}`, { cause: error, context });
    }
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new BalancinError('LOG_UNAVAILABLE', `Kafka did not answer ${doing}: ${reason}`, {
    cause: error,
    context: { doing },
  });
}

function inner(error: Error): unknown {
  if ('originalError' in error && error.originalError instanceof Error) return error.originalError;
  return error.cause;
}
