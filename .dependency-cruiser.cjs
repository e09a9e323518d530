/**
 * Who may import whom. Rooms are the folders under src; imports run downwards only, and through a room's index.ts.
 * docs: "The house" in the design; `npm run check` holds these lines.
 */

/** Rooms from top to bottom; those of one line do not know each other. */
const LEVELS = [['cli', 'server'], ['graph'], ['cases', 'guide', 'retention'], ['catalogue', 'connect', 'trust', 'calendar', 'files'], ['store']];
/** Rooms that know nobody but themselves and that everybody may know. */
const LEAVES = ['codes', 'clock'];

/** What stands beside the levels. */
const BESIDE = {
  // Says what the file may hold, in the words of the rooms that use it.
  settings: ['catalogue', 'connect', 'trust', 'calendar', 'retention', 'store'],
  kit: ['catalogue', 'connect', 'store'],
  // What workers have counted is added up as metrics are.
  workers: ['connect'],
};
/** Neighbours that may look one way: who a caller is, as plain data, is declared in connect, which never knows trust. */
const SIDEWAYS = { trust: ['connect'] };
/** Who above the levels may know what stands beside them. */
const MAY_ALSO = { cli: ['settings', 'kit'], server: ['settings'] };

/** The composition root: the only files that know everything. */
const ROOT = '^src/(app|connectors|crew|erasing|hall|keeping|keys|log|main|process|run|sandbox|tls|word)\\.ts$';
const TEST = '\\.test\\.ts$';
const FACE = '/index\\.ts$';

const below = (level) => LEVELS.slice(level + 1).flat();
const allowed = { ...Object.fromEntries(LEVELS.flatMap((rooms, i) => rooms.map((room) => [room, below(i)]))), ...BESIDE };
for (const leaf of LEAVES) allowed[leaf] = [];

const rooms = Object.entries(allowed).map(([room, others]) => {
  const known = [room, ...others, ...LEAVES, ...(SIDEWAYS[room] ?? []), ...(MAY_ALSO[room] ?? [])];
  return {
    name: `room-${room}`,
    comment: `src/${room} may import ${known.slice(1).join(', ') || 'no other room'}`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: TEST },
    to: { path: '^src/', pathNot: [`^src/(${known.join('|')})/`, ...(room === 'cli' ? [ROOT] : [])] },
  };
});

const tests = LEVELS.flatMap((same, i) =>
  same.map((room) => ({
    name: `test-in-${room}`,
    comment: 'a test inside src knows its own room, the rooms below, settings and the kit',
    severity: 'error',
    from: { path: `^src/${room}/.+${TEST}` },
    to: { path: '^src/', pathNot: `^src/(${[room, ...below(i), ...LEAVES, ...(SIDEWAYS[room] ?? []), 'kit', 'settings'].join('|')})/` },
  })),
);

module.exports = {
  forbidden: [
    ...rooms,
    ...tests,
    {
      name: 'unknown-room',
      comment: 'a new folder under src needs its place in LEVELS, LEAVES or BESIDE',
      severity: 'error',
      from: { path: '^src/', pathNot: [ROOT, `^src/(${Object.keys(allowed).join('|')})/`] },
      to: {},
    },
    {
      name: 'through-the-door',
      comment: "another room's inside is private: import its index.ts, and export there what you need",
      severity: 'error',
      // The codegen names the one file that holds the context's type.
      from: { path: '^(?:src/([^/]+)/|src/[^/]+\\.ts$|connectors/|test/|scripts/|web/)' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/[^/]+/index\\.ts$', '^src/.+/testing\\.ts$', '^src/$1/'] },
    },
    {
      name: 'testing-in-tests',
      comment: "a room's testing.ts is for tests only",
      severity: 'error',
      from: { pathNot: [TEST, '^test/'] },
      to: { path: '^src/.+/testing\\.ts$' },
    },
    {
      name: 'composition-root',
      comment: 'only the command line, the tests and the root itself may know the root',
      severity: 'error',
      from: { pathNot: [ROOT, '^src/cli/', '^test/'] },
      to: { path: ROOT },
    },
    {
      name: 'src-not-connectors',
      comment: 'connectors are found by folder or package name at start',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '^connectors/' },
    },
    {
      name: 'src-not-tests',
      severity: 'error',
      from: { path: '^(src|connectors|scripts)/', pathNot: TEST },
      to: { path: ['^test/', TEST] },
    },
    {
      name: 'connector-knows-connect',
      comment: 'a connector imports src/connect/index.ts, schema/generated, its own folder and packages',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/', pathNot: ['^connectors/[^/]+/sandbox[a-z-]*(?:\\.ts$|/)', TEST] },
      to: { path: '^(src|connectors|test|schema|scripts|web)/', pathNot: [`^src/connect${FACE}`, '^schema/generated/', '^connectors/$1/'] },
    },
    {
      name: 'connector-not-its-sandbox',
      comment: 'a connector that imports its sandbox would ship a mock agency to production',
      severity: 'error',
      from: { path: '^connectors/[^/]+/', pathNot: ['^connectors/[^/]+/sandbox[a-z-]*(?:\\.ts$|/)', TEST] },
      to: { path: '^connectors/[^/]+/sandbox[a-z-]*(?:\\.ts$|/)' },
    },
    {
      name: 'sandbox-knows-kit',
      comment: 'a sandbox or a connector test imports src/kit/index.ts too',
      severity: 'error',
      from: { path: ['^connectors/([^/]+)/sandbox[a-z-]*(?:\\.ts$|/)', `^connectors/([^/]+)/.*${TEST}`] },
      to: {
        path: '^(src|connectors|test|schema|scripts|web)/',
        pathNot: [`^src/(connect|kit)${FACE}`, '^schema/generated/', '^connectors/$1/'],
      },
    },
    {
      name: 'pure-rooms',
      comment: 'guide and calendar are pure: no network, no files, no clocks of the machine',
      severity: 'error',
      from: { path: '^src/(guide|calendar|codes)/', pathNot: [TEST, '/testing\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'generated-types-only',
      comment: 'what codegen makes holds types: it may not pull code in',
      severity: 'error',
      from: { path: '^schema/generated/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circles',
      comment: 'files that need each other are one file, or lack a third one',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-missing-file', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The fixtures stand for somebody else's package, which is installed elsewhere.
    exclude: { path: '^(dist|bench|test/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
