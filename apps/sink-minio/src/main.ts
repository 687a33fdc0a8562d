import { runStage } from '@dsf/stage'
import { openStore } from '@dsf/store'
import { config } from './config.ts'
import { sinkMinio } from './sink-minio.stage.ts'

const settings = config()
await runStage(sinkMinio(openStore(settings)), settings)
