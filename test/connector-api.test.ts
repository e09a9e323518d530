import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/connector-api.md'), 'utf8');

/** What a module exports, types included. */
function exportedBy(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (!clause) return [];
    return ts.isNamespaceExport(clause) ? [clause.name.text] : clause.elements.map(({ name }) => name.text);
  });
}

/** The names in the tables below a heading. */
function listedUnder(heading: string): string[] {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].map((match) => match[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''));
}

describe('docs/connector-api.md', () => {
  it.each([
    ['yimen/connect', 'src/connect/index.ts'],
    ['yimen/kit', 'src/kit/index.ts'],
  ])('lists what %s exports, each once', (heading, file) => {
    expect(listedUnder(heading).sort()).toEqual(exportedBy(file).sort());
  });

  it('has a heading for every entry point', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, unknown> };
    const points = Object.keys(exports).filter((name) => !name.endsWith('.json'));
    expect([...PAGE.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(points.map((name) => name.replace('.', 'yimen')));
  });
});
