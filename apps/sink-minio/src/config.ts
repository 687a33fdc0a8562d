import { readConfig } from '@dsf/stage'
import { storeVariables as variables } from '@dsf/store'

export const config = () => readConfig(variables)
