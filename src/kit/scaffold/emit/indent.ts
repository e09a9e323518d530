/** Comments and strings hold brackets that count for nothing. */
const SILENT = /\/\*.*?\*\/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g;
const CLOSING = /^[\])}]*/;

/** Indents TypeScript by its brackets, one step for all that a line opens: a project may have no formatter. */
export function indented(text: string): string {
  /** The line of each bracket that is open. */
  const open: number[] = [];
  return text
    .split('\n')
    .map((line, number) => {
      const plain = line.trim();
      const code = plain.replace(SILENT, '');
      const [closing = ''] = CLOSING.exec(code) ?? [];
      open.length -= Math.min(closing.length, open.length);
      const shown = plain && `${'  '.repeat(new Set(open).size)}${plain}`;
      for (const sign of code.slice(closing.length)) {
        if ('[({'.includes(sign)) open.push(number);
        if ('])}'.includes(sign)) open.pop();
      }
      return shown;
    })
    .join('\n');
}
