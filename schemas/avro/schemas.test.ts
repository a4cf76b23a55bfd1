/** Laws of the Avro schemas. */
import avro from 'avsc';
import test from 'ava';
import { type Topic, topicsIn, topicsOut } from '#schemas/topics.js';
import { readSchema } from './readSchema.js';
import { structuralForm } from './structuralForm.js';

/** As the reference of Kafka Streams declares it (reference/kafka-streams, Frame.java). */
const referenceFrame = `{"type":"record","name":"Frame","fields":[
  {"name":"tenant","type":"string"},{"name":"site","type":"string"},{"name":"well","type":"string"},
  {"name":"stream","type":"string"},{"name":"epoch","type":"long"},{"name":"seq","type":"long"},
  {"name":"t0","type":"long"},{"name":"historical","type":"boolean"},
  {"name":"series","type":{"type":"array","items":{"type":"record","name":"Series","fields":[
    {"name":"tag","type":"string"},
    {"name":"dtMs","type":{"type":"array","items":"int"}},
    {"name":"value","type":{"type":"array","items":"float"}},
    {"name":"quality","type":"bytes"}]}}}]}`;

const topics: readonly Topic[] = [...topicsIn, ...topicsOut];

for (const topic of topics) {
  test(`the schema of ${topic} parses as Avro`, (t) => {
    const type = avro.Type.forSchema(JSON.parse(readSchema(topic)) as avro.Schema);
    t.is(type.typeName, 'record');
    t.not(structuralForm(readSchema(topic)), null);
  });

  test(`every field of ${topic} says what it is`, (t) => {
    const undocumented: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (Array.isArray(node)) for (const item of node) visit(item, path);
      else if (typeof node === 'object' && node !== null) {
        const { type, fields, doc, items } = node as Record<string, unknown>;
        if (Array.isArray(fields)) {
          for (const field of fields as { name: string; doc?: string; type: unknown }[]) {
            const structural = typeof field.type === 'object' && !Array.isArray(field.type);
            if (field.doc === undefined && !structural) undocumented.push(`${path}.${field.name}`);
            visit(field.type, `${path}.${field.name}`);
          }
        } else if (doc === undefined) {
          visit(type, path);
          visit(items, path);
        }
      }
    };
    visit(JSON.parse(readSchema(topic)), topic);
    t.deepEqual(undocumented, []);
  });
}

test('backfill carries the same frames as telemetry', (t) => {
  t.is(readSchema('edge.backfill.v1'), readSchema('edge.telemetry.v1'));
});

test('our telemetry frame and the reference frame have the same bytes', (t) => {
  t.is(structuralForm(readSchema('edge.telemetry.v1')), structuralForm(referenceFrame));
  const ours = avro.Type.forSchema(JSON.parse(readSchema('edge.telemetry.v1')) as avro.Schema);
  const theirs = avro.Type.forSchema(JSON.parse(referenceFrame) as avro.Schema);
  const series = [{ tag: 'esp.pip', dtMs: [0, 1000], value: [1.5, -2], quality: Buffer.from([0, 2]) }];
  const frame = { tenant: 'acme', site: 's', well: 'w', stream: 'fast', epoch: 1, seq: 7, t0: 1.76e12 };
  const bytes = theirs.toBuffer({ ...frame, historical: false, series });
  t.deepEqual(ours.toBuffer(ours.fromBuffer(bytes)), bytes);
});

const differing: readonly (readonly [string, string])[] = [
  ['a renamed field', referenceFrame.replace('"dtMs"', '"dt"')],
  ['another type', referenceFrame.replace('"items":"float"', '"items":"double"')],
  [
    'another order',
    referenceFrame.replace('"tenant"', '"x"').replace('"site"', '"tenant"').replace('"x"', '"site"'),
  ],
];
for (const [what, schema] of differing) {
  test(`${what} is another form`, (t) => {
    t.not(structuralForm(schema), null);
    t.not(structuralForm(schema), structuralForm(referenceFrame));
  });
}

test('a type referred to by name has the form of its definition, whatever its name', (t) => {
  const schema = (name: string, reference: string) =>
    `{"type":"record","name":"A","namespace":"n.s","fields":[
      {"name":"a","type":{"type":"enum","name":"${name}","symbols":["X"]}},{"name":"b","type":"${reference}"}]}`;
  t.is(structuralForm(schema('E', 'E')), structuralForm(schema('F', 'n.s.F')));
  t.is(structuralForm(schema('E', 'G')), null);
});

for (const text of ['', '{', '7', '{"type":"record"', '"unheard"', '['.repeat(500) + ']'.repeat(500)]) {
  test(`${JSON.stringify(text.slice(0, 20))} has no form`, (t) => {
    t.is(structuralForm(text), null);
  });
}
