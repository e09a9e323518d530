/**
 * The floor: the least that answers the same questions over HTTP. `node:http`, undici and `JSON.stringify`; no GraphQL, no
 * checks, one handler for each question.
 */
import { createServer } from 'node:http';
import { OPEN_SECTIONS, SECTIONS, type Section } from '../world.ts';
import { port } from './given.ts';
import { ask, askMany, type Row, search } from './upstream.ts';

interface Asked {
  readonly operationName: string;
  readonly variables: { readonly uscc: string; readonly name: string };
}

const withoutKey = ({ uscc: _uscc, ...rest }: Row): object => rest;

async function one(uscc: string, sections: readonly Section[]): Promise<object> {
  const records = await Promise.all(sections.map((section) => ask(section, uscc)));
  return { enterprise: { uscc, ...Object.fromEntries(sections.map((section, i) => [section, withoutKey(records[i] as Row)])) } };
}

async function list(name: string): Promise<object> {
  const found = await search(name);
  const usccs = found.map(({ uscc }) => uscc);
  const columns = await Promise.all(OPEN_SECTIONS.map((section) => askMany(section, usccs)));
  const sectionsOf = (i: number) => Object.fromEntries(OPEN_SECTIONS.map((name, s) => [name, withoutKey(columns[s]?.[i] as Row)]));
  return {
    enterprises: { nodes: found.map(({ uscc, nameZh, status }, i) => ({ nameZh, status, enterprise: { uscc, ...sectionsOf(i) } })) },
  };
}

const HANDLERS: Readonly<Record<string, (asked: Asked) => Promise<object>>> = {
  One: ({ variables }) => one(variables.uscc, SECTIONS),
  Large: ({ variables }) => one(variables.uscc, ['permits']),
  List: ({ variables }) => list(variables.name),
};

createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', async () => {
    try {
      const asked = JSON.parse(text) as Asked;
      const data = await HANDLERS[asked.operationName]?.(asked);
      const body = Buffer.from(JSON.stringify({ data }));
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }).end(body);
    } catch (error) {
      response.writeHead(500).end(JSON.stringify({ errors: [{ message: String(error) }] }));
    }
  });
}).listen(port, '127.0.0.1', 4_096);
