import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { expectRefused, expectRequestRefused, post } from './attack.ts';
import { type Hall, startHall } from './harness.ts';
import { hashOf, production, registering } from './production.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const AGENCIES = 'query Agencies { agencies { code } }';
const ONE = 'query One($id: ID!) { agency(id: $id) { nameZh } }';
const OTHER = '{ agencies { nameZh } }';
const untrusted = { code: 'DOCUMENT_NOT_TRUSTED', message: /^This document is not registered at the hall/ };

const named = (source: string, more: object = {}) => ({
  ...more,
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(source) } },
});

describe('a hall that registered its documents', () => {
  let hall: Hall;
  beforeAll(async () => {
    hall = await startHall({ documents: { manifest: registering(AGENCIES, ONE) } });
  });
  afterAll(() => hall[Symbol.asyncDispose]());

  const data = async (asked: object, role: Role = 'clerk') => JSON.parse((await post(hall, JSON.stringify(asked), {}, { role })).text).data;

  it('runs one by its hash, with variables, by POST, GET and as a stream', async () => {
    expect((await data(named(AGENCIES))).agencies.length).toBeGreaterThan(10);
    expect(await data(named(ONE, { variables: { id: 'taxation' } }))).toEqual({ agency: { nameZh: expect.any(String) } });
    const { extensions } = named(AGENCIES);
    const authorization = `Bearer ${await hall.token('clerk')}`;
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const byGet = await request(`${hall.url}/graphql?${search}`, { headers: { authorization } });
    expect(await byGet.body.json()).toMatchObject({ data: { agencies: expect.any(Array) } });
    const events = { authorization, accept: 'text/event-stream' };
    const stream = await request(`${hall.url}/graphql/stream?${search}`, { headers: events });
    expect(await stream.body.text()).toContain('{"data":{"agencies":[');
  });

  it('refuses a hash that nobody registered, or that is none', async () => {
    await expectRequestRefused(hall, named(OTHER), untrusted);
    for (const persistedQuery of [{ version: 1 }, { sha256Hash: 'ABC' }, 'x', { sha256Hash: 5 }])
      await expectRequestRefused(
        hall,
        { extensions: { persistedQuery } },
        { code: 'BAD_USER_INPUT', message: /sha256Hash is the SHA-256/ },
      );
    await expectRequestRefused(
      hall,
      { ...named(AGENCIES), query: OTHER },
      { code: 'BAD_USER_INPUT', message: /sha256Hash is the SHA-256/ },
    );
  });

  it('lets kiosks run nothing else, and clerks what they want', async () => {
    await expectRefused(hall, OTHER, untrusted, { role: 'kiosk' });
    // Not even one that a clerk has just run.
    expect(await data({ query: OTHER })).toBeTruthy();
    await expectRequestRefused(hall, { query: OTHER }, untrusted, { role: 'kiosk' });
    expect(await data(named(AGENCIES), 'kiosk')).toBeTruthy();
    expect(await data({ query: AGENCIES }, 'kiosk')).toBeTruthy();
  });
});

describe('documents.only', () => {
  it('binds everybody, but in the sandbox not those who build', async () => {
    await using hall = await startHall({ documents: { manifest: registering(AGENCIES), only: true } });
    for (const role of ['citizen', 'clerk', 'officer', 'kiosk', 'auditor'] as const) await expectRefused(hall, OTHER, untrusted, { role });
    for (const role of ['integrator', 'supervisor'] as const) expect((await hall.ask(OTHER, {}, { role })).errors).toBeUndefined();
    for (const role of ['clerk', 'kiosk'] as const) expect((await hall.ask(AGENCIES, {}, { role })).errors).toBeUndefined();
  });

  it('in production binds those too', async () => {
    await using world = await startHall();
    const { issuer } = await world.sandbox.describe();
    await using strict = await production({ issuers: [issuer], documents: { manifest: registering(AGENCIES), only: true } });
    await using open = await production({ issuers: [issuer] });
    const at = (url: string) => ({ url, signed: world.signed, agencies: world.agencies });
    for (const role of ['integrator', 'supervisor', 'clerk'] as const) await expectRefused(at(strict.url), OTHER, untrusted, { role });
    await expectRefused(at(open.url), OTHER, untrusted, { role: 'kiosk' });
  });
});

describe('a start that would not hold', () => {
  const started = (manifest: object) => {
    const file = join(mkdtempSync(join(tmpdir(), 'yimen-documents-')), 'documents.json');
    writeFileSync(file, JSON.stringify(manifest));
    return startHall({ documents: { manifest: file } });
  };

  it('names the hash and the place of a document that cannot run', async () => {
    const wrong = '{\n  agencies { codee }\n}';
    await expect(started({ [hashOf(wrong)]: wrong })).rejects.toThrow(
      `documents.manifest: ${hashOf(wrong)}:2:14: Cannot query field "codee"`,
    );
    const broken = '{ agencies';
    await expect(started({ [hashOf(broken)]: broken })).rejects.toThrow(`documents.manifest: ${hashOf(broken)}:1:11: Syntax Error`);
    await expect(started({ [hashOf(OTHER)]: AGENCIES })).rejects.toThrow(`${hashOf(OTHER)} is not the SHA-256 of its document`);
    await expect(started({ abc: AGENCIES })).rejects.toThrow('abc: ');
    await expect(startHall({ documents: { manifest: './nowhere.json' } })).rejects.toThrow(
      /documents\.manifest: .*nowhere\.json cannot be read/,
    );
  });

  it.each([
    [{ limits: { depth: 0 } }, /limits\.depth/],
    [{ limits: { tokens: 1_000_000 } }, /limits\.tokens/],
    [{ limits: { perAgency: '5' } }, /limits\.perAgency/],
    [{ limits: { breadth: 5 } }, /breadth/],
    [{ documents: { only: true } }, /documents\.manifest/],
  ])('%o', async (config, words) => {
    await expect(startHall(config)).rejects.toThrow(words);
  });
});

it('limits are as the settings say', async () => {
  await using hall = await startHall({ limits: { depth: 2, aliases: 1, rootFields: 2, fields: 4, directives: 1, tokens: 40 } });
  const over = (limit: string, most: number) => ({ code: 'LIMIT_EXCEEDED', extensions: { limit, most } });
  await expectRefused(hall, '{ agencies { parent { code } } }', over('depth', 2));
  await expectRefused(hall, '{ a: agencies { b: code } }', over('aliases', 1));
  await expectRefused(hall, '{ agencies { code } themes { id } __typename }', over('rootFields', 2));
  await expectRefused(hall, '{ agencies { code nameZh nameEn id } }', over('fields', 4));
  await expectRefused(hall, '{ agencies @skip(if: false) { code @skip(if: false) } }', over('directives', 1));
  await expectRefused(hall, `{ agencies { code } } ${'fragment f on Query { __typename } '.repeat(6)}`, over('tokens', 40));
  expect((await hall.ask('{ a: agencies { code nameZh nameEn } }')).errors).toBeUndefined();
});

describe('yimen documents', () => {
  const run = promisify(execFile);
  const yimen = (args: readonly string[], cwd: string) => run(process.execPath, [programs.cli, ...args], { cwd });

  it('builds a manifest that a gateway starts with, and names what does not fit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yimen-cli-'));
    mkdirSync(join(folder, 'kiosk/deep'), { recursive: true });
    writeFileSync(join(folder, 'kiosk/agencies.graphql'), AGENCIES);
    writeFileSync(join(folder, 'kiosk/deep/one.graphql'), ONE);
    const { stdout } = await yimen(['documents', 'kiosk', '--out', 'documents.json'], folder);
    expect(stdout).toBe('2 documents registered in documents.json\n');
    expect(JSON.parse(readFileSync(join(folder, 'documents.json'), 'utf8'))).toEqual({ [hashOf(AGENCIES)]: AGENCIES, [hashOf(ONE)]: ONE });
    await using hall = await startHall({ documents: { manifest: join(folder, 'documents.json') } });
    expect((await hall.ask(ONE, { id: 'taxation' }, { role: 'kiosk' })).errors).toBeUndefined();
    writeFileSync(join(folder, 'kiosk/wrong.graphql'), '{\n  agencies { codee }\n}');
    await expect(yimen(['documents', 'kiosk', '--out', 'other.json'], folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/wrong\.graphql:2:14: Cannot query field "codee" on type "Agency"\.\n$/),
    });
  });
});
