import { readConfig } from '@dsf/stage'
import { storeVariables } from '@dsf/store'

export const config = () => readConfig(storeVariables)
