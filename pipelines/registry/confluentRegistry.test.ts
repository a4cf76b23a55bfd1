/** What the adapter makes of a registry's answers, from a server that gives them on order. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createConfluentRegistry } from './confluentRegistry.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** Answers every request alike. */
async function serve(
  t: ExecutionContext,
  status: number,
  body: string,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, authorization: headers.authorization });
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/base`, asked };
}

test("only the registry's own 'not found' means that there is none", async (t) => {
  const { url, asked } = await serve(t, 404, '{"error_code":40403,"message":"Schema not found"}');
  t.is(await createConfluentRegistry({ url: `${url}/` }).fetch(7), null);
  t.deepEqual(asked, [{ method: 'GET', path: '/base/schemas/ids/7', authorization: undefined }]);
});

for (const [what, status, body] of [
  ["a proxy's 404", 404, '<html>not here</html>'],
  ["another kind of 'not found'", 404, '{"error_code":404,"message":"HTTP 404 Not Found"}'],
  ['a server error', 500, '{"error_code":50001,"message":"store"}'],
  ['missing rights', 401, '{"error_code":401}'],
  ['an answer without a schema', 200, '{}'],
] as const) {
  test(`${what} is no answer about a schema`, async (t) => {
    const { url } = await serve(t, status, body);
    await t.throwsAsync(createConfluentRegistry({ url }).fetch(7), { code: 'REGISTRY_UNAVAILABLE' });
  });
}

test('nobody listening is no answer either', async (t) => {
  const registry = createConfluentRegistry({ url: 'http://127.0.0.1:1' });
  await t.throwsAsync(registry.fetch(7), { code: 'REGISTRY_UNAVAILABLE' });
});

test('the schema is given as the registry has it', async (t) => {
  const { url } = await serve(t, 200, '{"schema":"\\"string\\""}');
  t.is(await createConfluentRegistry({ url }).fetch(7), '"string"');
});

for (const body of [
  '{"schema":"{}","schemaType":"JSON"}',
  '{"schema":"\\"a.B\\"","references":[{"name":"a.B","subject":"b","version":1}]}',
]) {
  test(`a schema that is not one whole Avro schema is refused: ${body}`, async (t) => {
    const { url } = await serve(t, 200, body);
    await t.throwsAsync(createConfluentRegistry({ url }).fetch(7), { code: 'DATA_INVALID' });
  });
}

test('a subject that is not checked for compatibility is refused', async (t) => {
  const { url, asked } = await serve(t, 200, '{"compatibilityLevel":"NONE"}');
  const registering = createConfluentRegistry({ url }).register('a/b', '"string"');
  await t.throwsAsync(registering, { code: 'INCOMPATIBLE', message: /BACKWARD/ });
  t.deepEqual(
    asked.map(({ path }) => path),
    ['/base/config/a%2Fb'],
  );
});

test('credentials go with every question', async (t) => {
  const { url, asked } = await serve(t, 200, '{"schema":"\\"int\\""}');
  const registry = createConfluentRegistry({ url, auth: { username: 'u', password: 'p' } });
  await registry.fetch(1);
  t.is(asked[0]?.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`);
});
