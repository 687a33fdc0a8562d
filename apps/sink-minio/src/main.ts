import { openStore, runStage } from '@dsf/stage'
import { config } from './config.ts'
import { sinkMinio } from './sink-minio.stage.ts'

const settings = config()
await runStage(sinkMinio(openStore(settings)), settings)
