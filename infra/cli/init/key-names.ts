/** What the name of a column says of its place in a key. */
import type { Column } from './column.ts'

type Named = Pick<Column, 'name' | 'at'>

/** `customerId` as `customer Id`. */
const apart = (name: string): string => name.trim().replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')

const named =
  /^(id|ident|identifier|key|code|uuid|guid|no\.?|nr\.?|number|iata|icao|isbn|fips|symbol|ticker|index|e-?mail([_ .-]?addr(ess)?)?)$|(^|[_ .-])(uuid|no)$|(id|key|code)$/i
/** Words that only end like one. */
const others =
  /(^|[^a-z])(acid|aid|amid|android|arid|asteroid|avid|bid|centroid|covid|fluid|grid|humid|hybrid|invalid|kid|lid|lipid|liquid|maid|mid|opioid|overpaid|paid|plaid|prepaid|pyramid|raid|rapid|rigid|said|solid|squid|steroid|thyroid|unpaid|valid|vivid|void|donkey|hockey|jockey|monkey|turkey|whiskey)$/i
/** Of an address, which many have. */
const dialed =
  /(^|[^a-z])(zip|(zip|post|postal|pin|call|calling|dial|dialing|dialling|phone|idd)[_ .-]?(code|prefix)|plz|postleitzahl|(code|c[oó]digo)[_ .-]postal|phone|telephone|tel|telefon|t[eé]l[eé]phone|tel[eé]fono|phone[_ .-]?(number|no|nr)|fax|mobile)$/i
/** What is dialled, or written on a letter: digits with which nobody counts. */
export const isDialed = (name: string): boolean => dialed.test(apart(name))
/** One answer of two, as in `smoking_yes_cancer_no`. */
const answer = /(^|[_ .-])(yes|no)[_ .-](.*[_ .-])?(yes|no)$/i
/** The same in other languages, where the word often comes first: `codigo_ine`. */
const foreign = /(^|[_ .-])(c[oó]digo|codice|clave|cve|ags|num[eé]ro|kode?)([_ .-]|$)|schl(ü|ue)ssel$/i

/** As keys are; the code of an address where it stands first. */
export function isNamed({ name, at }: Named): boolean {
  const words = apart(name)
  if (dialed.test(words)) return at === 0
  return (named.test(words) && !others.test(words) && !answer.test(words)) || foreign.test(words)
}

export const yearly =
  /^(year|yr|jahr|jaar|an|année|annee|año|ano|anio|anno|rok|år|vuosi|yıl|yil|год|年|年度)$/i
const counting = /^(month|week|day|quarter|hour|rank|seq|sequence|line|row)s?$/i
export const isCounting = ({ name }: Named): boolean => counting.test(name.trim()) || yearly.test(name.trim())

const partial =
  /(^|[_ .-])(first|last|given|family|middle)$|(first|last|given|family|sur|nick|middle)[_ .-]?names?/i
/** Of a person's name. */
export const isPartOfName = ({ name }: Named): boolean => partial.test(name)

const measured = /[_ .-](pct|percent|rate|amount|price|cost|usd|eur)$/i
/** Of texts beside numbers, as `Varies` and `10-41`; and what is a part of an address, unless it stands first. */
export const isOfMany = ({ name, at }: Named): boolean =>
  measured.test(name.trim()) || (at > 0 && isDialed(name))

const place =
  /^(.*[_ .-])?(stations?|site|sensor|device|meter|gauge|buoy|symbol|ticker)([_ .-]?(id|no|nr|number|code|name))?$/i
/** Of what measures again and again. */
export const isNamedStation = ({ name }: Named): boolean => place.test(name.trim())
