/** What `yimen doctor` says, sentence by sentence, of real servers that are there, away, or hang. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../src/store/index.ts';
import { noPostgres, noRedis, openTestDatabase } from '../src/store/testing.ts';
import { newSigningKey } from '../src/trust/index.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const SECRET = 'not-to-be-seen-anywhere';
const run = promisify(execFile);
const root = mkdtempSync(join(tmpdir(), 'yimen-doctor-'));
const log = { warn() {} };
const clock = { now: () => Date.now() };
const REDIS = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
/** Nobody listens there. */
const NOBODY = '127.0.0.1:1';

interface Said {
  readonly code: number;
  /** Level and sentence by name of the check. */
  readonly of: Readonly<Record<string, string>>;
  readonly text: string;
  readonly data: string;
}

let halls = 0;
/** What doctor says of a hall with these settings. */
async function doctor(config: object | string, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const folder = join(root, `hall-${++halls}`);
  mkdirSync(folder);
  const data = env['YIMEN_DATA'] ?? join(folder, 'data');
  writeFileSync(join(folder, 'yimen.config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  const all = {
    ...process.env,
    DATABASE_URL: '',
    REDIS_URL: '',
    YIMEN_CONFIG: join(folder, 'yimen.config.json'),
    YIMEN_DATA: data,
    ...env,
  };
  const args = [programs.cli, 'doctor', '--json'];
  const { stdout, code } = await run(process.execPath, args, { env: all }).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { stdout: string; code: number }) => failed,
  );
  const { checks } = JSON.parse(stdout) as { checks: { name: string; level: string; what: string; todo?: string }[] };
  expect(stdout).not.toContain(SECRET);
  return { code, of: Object.fromEntries(checks.map(({ name, level, what }) => [name, `${level}: ${what}`])), text: stdout, data };
}

const urlOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const jwks = createHttp((request, response) => response.end(request.url === '/none' ? '{"keys":[]}' : '{"keys":[{"kty":"EC"}]}'));
/** Takes connections and says nothing. */
const hanging = createServer(() => {});

beforeAll(async () => {
  for (const server of [jwks, hanging]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  jwks.close();
  hanging.close();
  rmSync(root, { recursive: true, force: true });
});

const issuer = (path: string) => ({ issuer: `https://id.example.cn${path}`, audience: 'yimen', jwks: `http://${urlOf(jwks)}${path}` });
const tax = (secret: unknown, url = 'https://tax.example.cn/services') => ({ tax: { settings: { url, appId: 'hall-01', secret } } });

describe.skipIf(noPostgres !== undefined || noRedis !== undefined)('a hall on PostgreSQL and Redis', () => {
  it.concurrent('that is well is told so, and nothing is changed: no migration, no key', async () => {
    await using database = await openTestDatabase();
    const keys = join(root, 'well');
    mkdirSync(keys);
    writeFileSync(join(keys, 'ids'), Buffer.alloc(32, 7).toString('base64'));
    writeFileSync(join(keys, 'audit.pem'), newSigningKey('ed25519'));
    const config = {
      issuers: [issuer('/keys')],
      keys: { ids: { file: join(keys, 'ids') }, audit: { file: join(keys, 'audit.pem') } },
      audit: { checkpoints: join(keys, 'checkpoints') },
      connectors: tax({ env: 'TAX_SECRET' }),
    };
    const env = { YIMEN_PROFILE: 'production', DATABASE_URL: database.url, REDIS_URL: REDIS, YIMEN_WORKERS: '2', TAX_SECRET: SECRET };
    const { code, of, data } = await doctor(config, env);
    expect(of).toMatchObject({
      node: expect.stringMatching(/^ok: Node\.js \d+/),
      settings: expect.stringMatching(/^ok: .*yimen\.config\.json, profile production$/),
      'data folder': expect.stringMatching(/^ok: .*writable, .* GiB free, held by nobody$/),
      'keys.ids': 'ok: set',
      'keys.audit': expect.stringMatching(/^ok: ed25519 [\w-]{43}$/),
      checkpoints: `ok: ${join(keys, 'checkpoints')}`,
      database: expect.stringMatching(/^ok: PostgreSQL \d+.* at .*\/yimen_test_/),
      'database clock': expect.stringMatching(/^ok: the clock of .* is \d\.\d s/),
      migrations: expect.stringMatching(/^warn: pending migrations: 0001-audit, 0002-cases/),
      redis: expect.stringMatching(/^ok: Redis \d+\./),
      'redis clock': expect.stringMatching(/^ok: the clock of /),
      workers: 'ok: 2 on one port',
      'issuer https://id.example.cn/keys': expect.stringMatching(/^ok: 1 keys at/),
      'connector tax': 'ok: settings fit',
    });
    expect([code, existsSync(data)]).toEqual([0, false]);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    expect((await client.query("select count(*)::int as there from pg_namespace where nspname like 'yimen%'")).rows).toEqual([
      { there: 0 },
    ]);
    await client.end();
  });

  it.concurrent('whose database a later version used is told which migration is unknown', async () => {
    await using database = await openTestDatabase();
    await (await openStore({ url: database.url, clock, log, queues: [] })).close();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query("insert into yimen.migration (id) values ('9999-later')");
    await client.end();
    const { code, of } = await doctor({}, { DATABASE_URL: database.url });
    expect([code, of['migrations']]).toEqual([1, 'fail: the database has the migration "9999-later", which this version does not know']);
  });
});

describe('a hall that is not well', () => {
  it.concurrent('is told of every server that is away, and of every weakness, without a secret', async () => {
    const config = {
      issuers: [issuer('/none'), { issuer: 'gone', realm: 'gone', audience: 'yimen', jwks: `http://${NOBODY}/jwks` }],
      keys: { ids: { env: 'NOT_SET' } },
      connectors: {
        ...tax({ env: 'SHORT' }),
        ems: { settings: { url: 'http://ems.example.cn', senderNo: 'S-1', secret: { env: 'LONG' } } },
        'social-security': {
          settings: { url: 'http://10.20.0.8', appId: 'hall-01', secret: { env: 'LONG' } },
          unencrypted: 'the agency has put a gateway of its own in our rack',
        },
        provincial: { settings: { secret: SECRET } },
        'no-such': {},
      },
    };
    const env = {
      YIMEN_PROFILE: 'production',
      SHORT: 'short-secret',
      LONG: SECRET,
      DATABASE_URL: `postgres://hall:${SECRET}@${NOBODY}/hall`,
      REDIS_URL: `redis://:${SECRET}@${NOBODY}`,
    };
    const { code, of, text, data } = await doctor(config, env);
    expect(of).toMatchObject({
      database: expect.stringMatching(`^fail: PostgreSQL at ${NOBODY}/hall cannot be used: .*ECONNREFUSED`),
      'database clock': 'warn: not known while the database cannot be used',
      redis: expect.stringMatching(`^fail: Redis at ${NOBODY} cannot be used: .*ECONNREFUSED`),
      'issuer https://id.example.cn/none': expect.stringMatching(/^fail: there are no keys at /),
      'issuer gone': expect.stringMatching(/^fail: .* cannot be reached: .*ECONNREFUSED/),
      'keys.ids': expect.stringMatching(/^fail: .*keys\.ids: the environment variable NOT_SET is not set$/),
      'keys.audit': expect.stringMatching(/^warn: not set in .*no checkpoint is signed$/),
      checkpoints: `warn: ${join(data, 'checkpoints')} lies in the data folder: whoever can write one can write both`,
      addresses: expect.stringMatching(/^warn: not encrypted: http:/),
      'connector tax': 'warn: settings.secret is shorter than 16 bytes',
      'connector ems': expect.stringMatching(/^fail: .*connectors\.ems: settings\.url: plain http:\/\/.* or say why not in "unencrypted"/),
      'connector social-security': 'warn: settings.url is not encrypted, because: the agency has put a gateway of its own in our rack',
      'connector provincial': expect.stringMatching(/^fail: .*connectors\.provincial\.settings: /),
      'connector no-such': expect.stringMatching(/^fail: .*connectors\.no-such: no shipped connector has this id/),
    });
    expect(code).toBe(1);
    expect(text).not.toContain('short-secret');
  });

  it.concurrent('is told of a secret that stands in the file itself, and not what it is', async () => {
    const { code, of } = await doctor({ connectors: tax(SECRET) }, { YIMEN_PROFILE: 'production' });
    expect(of['connector tax']).toMatch(/^fail: .*connectors\.tax\.settings: secret: a secret is given by reference/);
    expect(code).toBe(1);
  });

  it.concurrent('with servers that take connections and say nothing is told within seconds', async () => {
    const env = { YIMEN_SANDBOX: `http://${NOBODY}`, DATABASE_URL: 'no url at all', REDIS_URL: `redis://${urlOf(hanging)}` };
    const { code, of } = await doctor({ issuers: [{ issuer: 'hangs', audience: 'yimen', jwks: `http://${urlOf(hanging)}/` }] }, env);
    expect(of).toMatchObject({
      database: 'fail: DATABASE_URL is no URL',
      redis: 'fail: no answer within 5 s',
      'issuer hangs': 'fail: no answer within 5 s',
      sandbox: `fail: no sandbox agencies answer at http://${NOBODY}`,
    });
    expect(code).toBe(1);
  });

  it.concurrent('is told of a setting that does not exist, by its name', async () => {
    const [{ code, of }, broken] = await Promise.all([doctor({ conectors: {} }), doctor('{')]);
    expect([code, of['settings']]).toEqual([1, expect.stringMatching(/^fail: .*yimen\.config\.json: .*"conectors"/)]);
    expect(broken.of['settings']).toMatch(/^fail: .*yimen\.config\.json is not valid JSON$/);
  });
});

describe('an embedded database', () => {
  it('is looked at where it lies, and left to whoever holds it', async () => {
    const folder = join(root, 'embedded');
    const store = await openStore({ folder, clock, log, queues: [] });
    const held = await doctor({}, { YIMEN_DATA: folder });
    expect([held.code, held.of['database']]).toEqual([
      0,
      `warn: embedded, held by process ${process.pid}, which does not answer as a gateway`,
    ]);
    const gateway = createHttp((_request, response) => response.end('{}'));
    await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done));
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ url: `http://${urlOf(gateway)}`, secret: SECRET }));
    const running = await doctor({}, { YIMEN_DATA: folder });
    expect(running.of).toMatchObject({
      gateway: `ok: runs at http://${urlOf(gateway)}`,
      database: expect.stringMatching(`^ok: embedded, held by the gateway at http://${urlOf(gateway)}`),
    });
    gateway.close();
    await store.close();
    const left = await doctor({}, { YIMEN_DATA: folder });
    expect(left.of).toMatchObject({
      gateway: expect.stringMatching(/^warn: .*run\.json names a gateway that does not answer$/),
      database: expect.stringMatching(/^ok: embedded, PostgreSQL \d+.*; no migration is pending$/),
    });
    expect(readdirSync(folder).toSorted()).toEqual(['database', 'run.json']);
  });
});
