export { Asked, Call, numberIn, secondsUpTo, type Contract } from './http/call.ts'
export { goneOf } from './http/gone.ts'
export { crashPoint, type CrashAt } from './settings/crash-points.ts'
export {
  defineStage,
  perDataset,
  type Batch,
  type Fetched,
  type FetchedRecord,
  type Gathered,
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
} from './batches/define.ts'
export { apiVariables, flag, readConfig } from './settings/env.ts'
export { filePath, openUrl, optional, withoutEmpty } from './settings/variable-types.ts'
export { renewed, secretOf, tokenOf, type Secret } from './settings/secret.ts'
export { LiveAgent, readTls, type TlsFiles, type TlsTexts } from './settings/tls.ts'
export { DatasetError, FatalError, TransientError } from './health/failure.ts'
export { problem, RequestError } from './http/problem.ts'
export { TokenError, tokensOf, type TokenClient, type Tokens } from './settings/oauth-token.ts'
export { runStage } from './run-stage.ts'
export { nextTurn, sliced } from './batches/turns.ts'
export { oneAtATime } from './batches/timed-work.ts'
