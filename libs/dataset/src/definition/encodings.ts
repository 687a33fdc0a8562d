/** Encodings of a file, by the names of WHATWG. */
const singleByte = [
  ...['ibm866', 'koi8-r', 'koi8-u', 'macintosh', 'x-mac-cyrillic', 'windows-874'],
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  ...[1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => `windows-${page}`),
]
/** Those of East Asia, where a character has one to four bytes. ISO-2022-JP, which has states, is not among them. */
const multiByte = ['shift_jis', 'euc-jp', 'euc-kr', 'gb18030', 'big5']
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', ...singleByte, ...multiByte]

/** Other names in use, with what WHATWG takes them for: nobody means the controls of ISO-8859-1. GBK is a part of GB 18030. */
const aliases: Record<string, string> = {
  ...{ utf8: 'utf-8', 'utf-16': 'utf-16le' },
  ...{ ascii: 'windows-1252', latin1: 'windows-1252', 'latin-1': 'windows-1252' },
  ...{ 'iso-8859-1': 'windows-1252', cp1252: 'windows-1252' },
  ...{ sjis: 'shift_jis', 'shift-jis': 'shift_jis', 'windows-31j': 'shift_jis', cp932: 'shift_jis' },
  ...{ 'windows-949': 'euc-kr', cp949: 'euc-kr', 'ks_c_5601-1987': 'euc-kr' },
  ...{ gbk: 'gb18030', gb2312: 'gb18030', cp936: 'gb18030', 'big5-hkscs': 'big5' },
}

/** @param encoding one that `encodingOf` gives */
export const isMultiByte = (encoding: string): boolean => multiByte.includes(encoding)

/** The name of an encoding by any of its names, in any case; undefined for one that is not read. */
export function encodingOf(label: string): string | undefined {
  const name = label.toLowerCase()
  return encodings.includes(name) ? name : Object.hasOwn(aliases, name) ? aliases[name] : undefined
}

/** Any of those names. */
export const encodingLabel = new RegExp(`^(?:${[...encodings, ...Object.keys(aliases)].join('|')})$`, 'i')
