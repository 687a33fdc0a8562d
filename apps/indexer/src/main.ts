import { runStage } from '@dsf/stage'
import { openStore } from '@dsf/store'
import { config } from './config.ts'
import { openIndex } from './elasticsearch.ts'
import { indexer } from './indexer.stage.ts'
import { Pipeline } from './pipeline.ts'

const settings = config()
const index = openIndex(settings)
const pipeline = new Pipeline(index, settings.LAG_EVERY_MS)
await runStage(indexer(openStore(settings), index, pipeline), settings)
