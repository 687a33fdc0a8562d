import { runStage } from '@dsf/stage'
import { config } from './config.ts'
import { generator } from './generator.stage.ts'

const settings = config()
await runStage(generator(settings.SIMULATE), settings)
