/** The Avro schema of a topic's values, read from its .avsc file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemaFileOf, type Topic } from '#schemas/topics.js';

const texts = new Map<string, string>();

/** The schema's JSON text, as it is registered. Read once a process. */
export function readSchema(topic: Topic): string {
  const file = schemaFileOf[topic];
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(fileURLToPath(import.meta.resolve(`#schemas/avro/${file}`)), 'utf8');
    texts.set(file, text);
  }
  return text;
}
