import { readConfig, storeVariables } from '@dsf/stage'

export const config = () => readConfig(storeVariables)
