/** The registry adapter on a real Apicurio. */
import test from 'ava';
import { needs } from '#ops/servers/needs.js';
import { testKafka, testKafkaMissing } from '#ops/servers/testKafka.js';
import { createConfluentRegistry } from './confluentRegistry.js';
import { registryContract } from './registryContract.js';

registryContract(needs(test, await testKafkaMissing()), async (t) => {
  const { registryUrl } = await testKafka(t);
  return createConfluentRegistry({ url: registryUrl });
});
