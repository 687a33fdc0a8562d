/** Why a row is refused. Without a field it is all of the row. */
export interface Reason {
  field: string | null
  code: string
  message: string
}

/** What was refused, exactly as its stage had it. */
export interface Original {
  /** what `bytes` hold: `csv` (row of the file), `avro` (framed record), `json` (document) */
  content: 'csv' | 'avro' | 'json'
  bytes: Buffer
}

/** Where a row came from, as every record of one says. */
export interface Provenance {
  dsf_run: string
  dsf_row: number
}

/** A refused row as the topic `quarantine` has it, whichever stage refused it: the Avro record of that name. */
export interface Quarantined extends Provenance, Original {
  stage: string
  reasons: Reason[]
  /** key of the object that holds the row, where it is in one */
  object?: string | null
}

/** The only way to make one. */
export const quarantined = (
  stage: string,
  { dsf_run, dsf_row }: Provenance,
  reasons: Reason[],
  { content, bytes }: Original,
  object?: string | null,
): Quarantined => ({
  ...{ dsf_run, dsf_row, stage, reasons, content, bytes },
  ...(object === undefined ? {} : { object }),
})

/** A row that has no bytes of its own. */
export const asJson = (row: object): Original => ({
  content: 'json',
  bytes: Buffer.from(JSON.stringify(row)),
})
