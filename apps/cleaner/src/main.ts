import { runStage } from '@dsf/stage'
import { cleaner } from './cleaner.stage.ts'
import { config } from './config.ts'

await runStage(cleaner, config())
