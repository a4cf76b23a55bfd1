/** How the tests run: compiled code, one process a file, so that signals and native addons behave as in production. */
export default {
  files: ['{schemas,pipelines,models,topologies,jobs,ops}/**/*.test.ts'],
  typescript: {
    compile: false,
    rewritePaths: {
      'schemas/': 'dist/schemas/',
      'pipelines/': 'dist/pipelines/',
      'models/': 'dist/models/',
      'topologies/': 'dist/topologies/',
      'jobs/': 'dist/jobs/',
      'ops/': 'dist/ops/',
    },
  },
  workerThreads: false,
  timeout: '2m',
  nodeArguments: ['--enable-source-maps'],
};
