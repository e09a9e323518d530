import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/run/longest-first.ts';
import { withoutMitigation } from './test/without/plugin.ts';

const FILES = ['{src,connectors,test}/**/*.test.ts'];
/** What replaces a module, or weighs its own process. */
const ALONE = ['src/graph/execution/execution.test.ts', 'src/connect/transport/transport.test.ts'];

export default defineConfig({
  // For tests of tests only: see test/without.test.ts.
  plugins: withoutMitigation(process.env['TEST_WITHOUT']),
  // One copy of graphql: its ES build would be a second realm beside the CommonJS build that its dependants load.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Files share their worker's modules: nothing of ours is a singleton, and those that start halls take half the time when all is loaded and warm.
    projects: [
      { extends: true, test: { name: 'together', include: FILES, exclude: ALONE, isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
    globalSetup: ['test/run/temporary.ts'],
    sequence: { sequencer: LongestFirst },
    // Tests wait for processes and clocks more than they compute: two at a time, also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // On a machine that others use, too, a clock may be late once: such a test is tried again there, and listed as retried.
    retry: process.env['CI'] ? 1 : 0,
    // Only a hang should meet these: what starts processes takes its time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
