/** Bytes from an agency that are not what its contract says. `reason` is fixed text and never quotes the bytes. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
