import test from 'ava';
import { pickServerUser } from './postgresUser.js';

const root = 'root:x:0:0:root:/root:/bin/bash';
const nobody = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin';
const postgres = 'postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash';

test('the postgres user is preferred to nobody, whatever their order', (t) => {
  t.deepEqual(pickServerUser([root, nobody, postgres, ''].join('\n')), {
    name: 'postgres',
    uid: 101,
    gid: 104,
  });
});

test('without a postgres user it is nobody', (t) => {
  t.deepEqual(pickServerUser([root, nobody].join('\n')), { name: 'nobody', uid: 65534, gid: 65533 });
});

test('a postgres user that is root under another name is not taken', (t) => {
  t.is(pickServerUser([root, 'postgres:x:0:0::/:/bin/sh'].join('\n')), null);
});

test('a broken line is passed over', (t) => {
  t.is(pickServerUser('postgres\npostgres:x\n\n'), null);
});
