import { flag, readConfig } from '@dsf/stage'

const variables = {
  SIMULATE: flag.describe('adds simulated records; off by default, they are for demonstrations and load'),
}

export const config = () => readConfig(variables)
