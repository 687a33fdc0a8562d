import { openStore, runStage } from '@dsf/stage'
import { config } from './config.ts'
import { ingestor } from './ingestor.stage.ts'
import { QuarantineController } from './quarantine.controller.ts'
import { QuarantineView } from './quarantine-view.ts'
import { RunsController } from './runs.controller.ts'
import { RunsView } from './runs-view.ts'

const settings = config()
const limits = { allow: settings.SOURCE_ALLOW, roots: settings.SOURCE_ROOTS }
const view = new RunsView(limits)
const quarantine = new QuarantineView(view)
const importer = { store: openStore(settings), limits, rowsPerTransaction: settings.ROWS_PER_TRANSACTION }
await runStage(ingestor(importer, view, quarantine), settings, {
  config: settings,
  controllers: [RunsController, QuarantineController],
  instances: [view, quarantine],
})
