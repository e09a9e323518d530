/** What is set apart lies apart. */
export type Area = 'contents' | 'quarantine';

/** A sealed file that is ready to be taken. */
export interface Ready {
  readonly path: string;
  readonly sealed: { readonly size: number; readonly sha256: string };
}

/** Where contents are kept. Names are ours: 64 hexadecimal digits. What cannot be reached rejects with `FILE_PLACE_AWAY`. */
export interface Place {
  /** Takes a spooled file, whole or not at all; the same name twice is the same content. */
  keep(ready: Ready, name: string, area: Area): Promise<void>;
  /** The sealed bytes. Rejects where there is nothing of this name. */
  read(name: string, area: Area): AsyncIterable<Buffer>;
  has(name: string, area: Area): Promise<boolean>;
  /** Nothing of this name is no error. */
  remove(name: string, area: Area): Promise<void>;
  close(): Promise<void>;
}
