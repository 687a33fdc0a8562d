/** What a server other than one of http wants to know before it sends a file, and by what it is known. Whatever is secret is named, and never written. */
import { z } from 'zod'

const secret = z
  .string()
  .regex(
    /^\$\{secret:[a-z0-9][a-z0-9-]{0,62}\}$/,
    'expected the name of a secret, as in ${secret:feed-password}',
  )

const login = z
  .strictObject({
    user: z
      .string()
      .max(255)
      .regex(/^[!-~]+$/, 'expected the name of a user'),
    password: secret.optional(),
    privateKey: secret.optional().describe('sftp: a key as ssh-keygen writes it'),
    passphrase: secret.optional().describe('sftp: that opens the key'),
  })
  .optional()
  .describe('who we are at a server of sftp, ftp or ftps')

const hostKeys = z
  .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'expected a fingerprint as ssh-keygen -l prints it'))
  .min(1)
  .max(16)
  .optional()
  .describe('sftp: the keys that the server may show')

const ca = z
  .string()
  .max(65_536)
  .regex(
    /^(-----BEGIN CERTIFICATE-----|\$\{secret:)/,
    'expected certificates as PEM, or the name of a secret with them',
  )
  .optional()
  .describe(
    "https, ftps and s3: who signed the server's certificate, in place of those that the world trusts",
  )

const s3 = z
  .strictObject({
    endpoint: z
      .string()
      .regex(
        /^https?:\/\/[^/?#@ ]+\/?$/,
        'expected a URL without a path, as in https://minio.example.org:9000',
      )
      .optional()
      .describe('of a server other than that of AWS'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,63}$/, 'expected a region, as in eu-central-1')
      .optional(),
    accessKey: secret.optional(),
    secretKey: secret.optional(),
    sessionToken: secret.optional(),
    requesterPays: z
      .boolean()
      .optional()
      .describe('whoever asks pays for it, and not the owner of the bucket'),
  })
  .optional()
  .describe('s3: where the bucket is, and with what keys it is read; without keys as anybody')

export const sourceAccess = { login, hostKeys, ca, s3 }
