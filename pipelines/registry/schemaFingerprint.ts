/** What makes two schema texts the same schema in a table of ids. */
import { createHash } from 'node:crypto';
import avro, { type Type } from 'avsc';
import { BalancinError } from '#schemas/errors.js';

/**
 * SHA-256 of the text with its whitespace taken out: defaults, aliases and documentation count, since a reader sees them.
 * Throws DATA_INVALID for what is no Avro schema.
 */
export function schemaFingerprint(schemaJson: string): Buffer {
  avroType(schemaJson);
  return createHash('sha256')
    .update(JSON.stringify(JSON.parse(schemaJson)))
    .digest();
}

/** The schema, parsed; throws DATA_INVALID. */
export function avroType(schemaJson: string): Type {
  try {
    return avro.Type.forSchema(JSON.parse(schemaJson));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BalancinError('DATA_INVALID', `this is no Avro schema: ${reason}`, { cause: error });
  }
}

/**
 * Backward compatibility: a reader with the new schema understands what was written with the old one. Throws INCOMPATIBLE
 * with what stands in the way.
 */
export function requireBackward(subject: string, newJson: string, oldJson: string): void {
  try {
    avroType(newJson).createResolver(avroType(oldJson));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BalancinError(
      'INCOMPATIBLE',
      `the new schema of ${subject} cannot read what was written with the last one: ${reason}. Give new fields a default`,
      { cause: error, context: { subject } },
    );
  }
}
