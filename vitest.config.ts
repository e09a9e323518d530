import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One copy of graphql: its ES build would be a second realm beside the CommonJS build that its dependants load.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['{src,connectors,test}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
