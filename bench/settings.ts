import { readSettings, type Settings } from '../infra/local/settings.ts'

/** A stack of its own in `folder`, whose servers compile for a load that lasts. */
export const benchSettings = (folder: string, more: NodeJS.ProcessEnv): Settings =>
  readSettings({
    ...process.env,
    RUN_DIR: folder,
    PORT_BASE: process.env.PORT_BASE ?? '25000',
    JIT: 'full',
    ...more,
  })
