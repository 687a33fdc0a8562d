/** How a source of http(s) is asked that is more than a file at an address. */
import type { Dataset } from '@dsf/dataset'
import type { Tokens } from '@dsf/stage'

type Source = Dataset['source']

export interface HttpOptions {
  /** the question, where it is not in the URL */
  post?: Source['post']
  /** to the server of the source alone */
  tokens?: Tokens | undefined
  pages?: PagesOptions | undefined
}

/** How the answer comes in pages, and what tells their rows apart. */
export interface PagesOptions extends NonNullable<Source['pages']> {
  dialect: Dataset['dialect']
}
