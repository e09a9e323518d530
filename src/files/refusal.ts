/** Why a file is not kept. A closed table: codes are a promise to front-ends. The sentences never name the file. */
const TABLE = {
  FILE_EMPTY: { status: 400, zh: '文件为空，请重新选择。', en: 'the file is empty; choose it again.' },
  FILE_INCOMPLETE: { status: 400, zh: '文件大小与声明不符，请重新上传。', en: 'the file is not as long as was declared; send it again.' },
  FILE_NAME_REFUSED: {
    status: 400,
    zh: '文件名不可用：不得含路径、控制字符或可执行扩展名，且扩展名须与内容一致。',
    en: 'the file name cannot be used: no path, no control characters, no executable extension, and the extension must fit the content.',
  },
  FILE_TOO_LARGE: { status: 413, zh: '文件超过大小限制，请压缩或分开上传。', en: 'the file is too large; reduce it or send it in parts.' },
  FILE_TYPE_REFUSED: {
    status: 415,
    zh: '只接收 PDF、OFD、PNG、JPEG 文件（以内容为准）。',
    en: 'only PDF, OFD, PNG and JPEG are taken, judged by their content.',
  },
  FILE_TYPE_DIFFERS: { status: 415, zh: '文件内容与声明的类型不一致。', en: 'the content is not of the type that was declared.' },
  FILE_BROKEN: {
    status: 422,
    zh: '文件已损坏或不完整，请重新导出后上传。',
    en: 'the file is broken or cut off; make it again and send that.',
  },
  FILE_ACTIVE_CONTENT: {
    status: 422,
    zh: '文件含脚本或启动动作，请另存为普通文件后上传。',
    en: 'the file holds scripts or launch actions; save it without them.',
  },
  FILE_ARCHIVE_REFUSED: {
    status: 422,
    zh: '文件内部结构异常，请重新导出后上传。',
    en: 'what the file unpacks to is not acceptable; make it again and send that.',
  },
  FILE_IMAGE_TOO_LARGE: { status: 422, zh: '图像像素过大，请降低分辨率。', en: 'the image has too many pixels; lower its resolution.' },
  FILE_INFECTED: { status: 422, zh: '文件未通过安全检查，已隔离。', en: 'the file did not pass the security check and was set apart.' },
  FILE_STORE_FULL: { status: 503, zh: '存储空间不足，请稍后再试或联系大厅。', en: 'there is no room for files at present; tell the hall.' },
  FILE_SCANNER_AWAY: { status: 503, zh: '安全检查暂不可用，请稍后再试。', en: 'the security check cannot be reached; try again shortly.' },
  FILE_PLACE_AWAY: { status: 503, zh: '文件存储暂不可用，请稍后再试。', en: 'the store of files cannot be reached; try again shortly.' },
} as const satisfies Record<string, { status: number; zh: string; en: string }>;

export type FileRefusalCode = keyof typeof TABLE;

/** The file is not kept, and nothing of it is. `zh` and `en` are for the sender; `cause` for the log. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly code: FileRefusalCode;
  /** The HTTP status that says so. */
  readonly status: number;
  readonly zh: string;
  readonly en: string;

  constructor(code: FileRefusalCode, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
    const { status, zh, en } = TABLE[code];
    this.status = status;
    this.zh = zh;
    this.en = en;
  }
}
