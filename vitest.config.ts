import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One copy of graphql: its ES build would be a second realm beside the CommonJS build that its dependants load.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['{src,connectors,test}/**/*.test.ts'],
    // Only a hang should meet these: what starts processes takes its time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
