import { openStore, runStage } from '@dsf/stage'
import { config } from './config.ts'
import { openIndex } from './elasticsearch.ts'
import { indexer } from './indexer.stage.ts'
import { Pipeline } from './pipeline.ts'
import { Receipts } from './receipts.ts'
import { RunsController } from './runs.controller.ts'

const settings = config()
const index = openIndex(settings.ELASTICSEARCH_URL)
const receipts = new Receipts(index)
const pipeline = new Pipeline(index, settings.LAG_EVERY_MS)
await runStage(indexer(openStore(settings), index, receipts, pipeline), settings, {
  config: settings,
  controllers: [RunsController],
  instances: [receipts],
})
