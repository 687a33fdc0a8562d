import { readConfig } from '@dsf/stage'

/** The cleaner has no variables of its own. */
export const config = () => readConfig({})
