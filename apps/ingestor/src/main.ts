import { openStore, runStage } from '@dsf/stage'
import { config } from './config.ts'
import { ingestor } from './ingestor.stage.ts'
import { RunsController } from './runs.controller.ts'
import { RunsView } from './runs-view.ts'

const settings = config()
const limits = { allow: settings.SOURCE_ALLOW, roots: settings.SOURCE_ROOTS }
const view = new RunsView(limits)
const importer = { store: openStore(settings), limits, rowsPerTransaction: settings.ROWS_PER_TRANSACTION }
await runStage(ingestor(importer, view), settings, {
  controllers: [RunsController],
  providers: [{ provide: RunsView, useValue: view }],
})
