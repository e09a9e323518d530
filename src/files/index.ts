/**
 * Files 文件: what is sent in, and documents that decide. Received in a stream, looked at, encrypted, kept; a row of proof for
 * each. Words: see types.ts.
 */
export { clamdScanner, type Scanner } from './checks/scan.ts';
export { type Files, type FilesOptions, openFiles, RESERVE_BYTES } from './files.ts';
export { folderPlace } from './places/folder.ts';
export type { Place } from './places/place.ts';
export { type S3Options, s3Place } from './places/s3.ts';
export { type FileRefusalCode, FileRefused } from './refusal.ts';
export type { Declared, FileType, FileView, StoredFile } from './types.ts';
