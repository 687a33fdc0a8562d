import { runStage } from '@dsf/stage'
import { config } from './config.ts'
import { ingestor } from './ingestor.stage.ts'
import { QuarantineController } from './quarantine/quarantine.controller.ts'
import { QuarantineView } from './quarantine/quarantine-view.ts'
import { RunsController } from './runs/runs.controller.ts'
import { RunsView } from './runs/runs-view.ts'
import { importerOf } from './importing/importer.ts'

const settings = config()
const importer = importerOf(settings)
const kept = { runs: settings.RUNS_KEPT, days: settings.RUNS_KEPT_DAYS }
const view = new RunsView(importer.reach)
const quarantine = new QuarantineView(view)
await runStage(ingestor(importer, kept, view, quarantine), settings, {
  config: settings,
  controllers: [RunsController, QuarantineController],
  instances: [view, quarantine],
})
