/** Databases for tests with the control schema in place. */
import { migrateControl } from '#pipelines/database/migrate.js';
import { fingerprintOf, type TemplateRecipe } from './testTemplate.js';

/** For `testDatabase(t, { template: migrated })`: tenants are then a matter of `createTenant`. */
export const migrated: TemplateRecipe = {
  name: 'migrated',
  // The code that migrates also makes roles, rights and partitions.
  fingerprint: async () =>
    (await fingerprintOf(import.meta.resolve('#schemas/migrations'))) +
    (await fingerprintOf(new URL('.', import.meta.resolve('#pipelines/database/migrate.js')).href)),
  async build(url) {
    await migrateControl(url);
  },
};
