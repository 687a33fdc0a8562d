export { Asked, Call, numberIn, secondsUpTo, type Contract } from './call.ts'
export { crashPoint, type CrashAt } from './crash-points.ts'
export {
  defineStage,
  perDataset,
  type Batch,
  type Fetched,
  type FetchedRecord,
  type HandlerContext,
  type LaneState,
  type LaneWork,
  type Output,
  type Place,
  type Receipt,
  type Result,
  type Runtime,
  type Seen,
  type Stage,
  type TopicReader,
} from './define.ts'
export { apiVariables, flag, readConfig } from './env.ts'
export { filePath, openUrl, optional, told } from './variable-types.ts'
export { renewed, secretOf, tokenOf, type Secret } from './secret.ts'
export { LiveAgent, readTls, type TlsFiles } from './tls.ts'
export { DatasetError, FatalError, TransientError } from './failure.ts'
export { problem, RequestError } from './problem.ts'
export { TokenError, tokensOf, type TokenClient, type Tokens } from './oauth-token.ts'
export { runStage } from './run-stage.ts'
