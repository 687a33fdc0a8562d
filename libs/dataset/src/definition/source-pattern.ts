/** Of servers that list what they have; for those of http a `*` is a character like any other. */
const listing = /^(file|sftp|ftps?|s3):(\/\/[^/]*)?/i

/** Whether a source is a pattern over a folder or a bucket, as in `sftp://host/out/*.csv`, and each of its files is one of its own. */
export const isPattern = (url: string): boolean => listing.test(url) && url.replace(listing, '').includes('*')
