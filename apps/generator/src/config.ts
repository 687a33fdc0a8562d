import { flag, readConfig } from '@dsf/stage'

export const config = () =>
  readConfig({
    SIMULATE: flag.describe('add simulated records; off by default, they are for demonstrations and load'),
  })
