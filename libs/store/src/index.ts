export { storeVariables, type StoreConfig } from './env.ts'
export { openStore, sha256, type ObjectStore } from './object-store.ts'
