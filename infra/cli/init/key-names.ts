/** What the name of a column says of its place in a key. */
import type { Column } from './column.ts'

type Named = Pick<Column, 'name' | 'at'>

/** `customerId` as `customer Id`. */
const apart = (name: string): string => name.trim().replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')

const named =
  /^(id|ident|identifier|key|code|uuid|guid|no\.?|nr\.?|number|iata|icao|isbn|fips|symbol|ticker|index)$|(^|[_ .-])(uuid|no)$|(id|key|code)$/i
/** Words that only end like one. */
const others =
  /(^|[^a-z])(acid|aid|amid|android|arid|asteroid|avid|bid|centroid|covid|fluid|grid|humid|hybrid|invalid|kid|lid|lipid|liquid|maid|mid|opioid|overpaid|paid|plaid|prepaid|pyramid|raid|rapid|rigid|said|solid|squid|steroid|thyroid|unpaid|valid|vivid|void|decode|encode|opcode|unicode|donkey|hockey|jockey|monkey|turkey|whiskey|tid|turbid|highbid)$|(paid|oxid|chlorid|fluorid|sulfid|bromid|jodid|nitrid|covid|humid)$/i
/** Of an address, which many have; of a country that is called; of a person. */
const postal =
  /(^|[^a-z])((zip|post|postal|pin)[_ .-]?code|zip|plz|postleitzahl|(code|c[oó]digo)[_ .-]postal)$/i
const prefix = /(^|[^a-z])(call|calling|dial|dialing|dialling|phone|idd)[_ .-]?(code|prefix|root)$/i
const phone =
  /(^|[^a-z])(phone|telephone|tel|telefon|t[eé]l[eé]phone|tel[eé]fono|(phone|mobile|fax)[_ .-]?(number|no|nr)|fax|mobile)$/i
/** Shorter digits are a count, as of visits by `mobile`. */
const shortestPhone = 7

/** Whether digits are written on a letter, or dialled: nobody counts with them. */
export function areDialed(name: string, texts: string[]): boolean {
  const words = apart(name)
  if (!texts.every((text) => /^\+?\d+$/.test(text))) return false
  if (postal.test(words)) return texts.every(({ length }) => length >= 3 && length <= 10)
  const arePhones =
    texts.some((text) => text.startsWith('+')) || texts.every(({ length }) => length >= shortestPhone)
  return prefix.test(words) || (phone.test(words) && arePhones)
}

/** Of an address, behind other columns. */
export const isPostal = ({ name, at }: Named): boolean => at > 0 && postal.test(apart(name))

/** One answer of two, as in `smoking_yes_cancer_no`. */
const answer = /(^|[_ .-])(yes|no)[_ .-](.*[_ .-])?(yes|no)$/i
/** The same in other languages, where the word often comes first: `codigo_ine`. */
const foreign = /(^|[_ .-])(c[oó]digo|codice|clave|cve|ags|num[eé]ro|kode?)([_ .-]|$)|schl(ü|ue)ssel$/i

/** As keys are; the code of an address where it stands first. */
export function isNamed({ name, at }: Named): boolean {
  const words = apart(name)
  if (postal.test(words)) return at === 0
  return (named.test(words) && !others.test(words) && !answer.test(words)) || foreign.test(words)
}

/** The numbers of the rows, as Pandas and R write them. */
export const isIndex = ({ at, header, type }: Column): boolean =>
  at === 0 && header === '' && type === 'integer'

const yearly =
  /^((calendar|fiscal|financial|reporting|survey|school|academic|tax|crop|water)[_ .-]?)?(year|yr)$|^(jahr|jaar|an|année|annee|año|ano|anio|anno|rok|år|vuosi|yıl|yil|год|年|年度|年份|연도|년도)$/i
const counting = /^(month|week|day|quarter|hour|rank|seq|sequence|line|row)s?$/i
export const isYearly = ({ name }: Pick<Named, 'name'>): boolean => yearly.test(name.trim())
export const isCounting = ({ name }: Named): boolean => counting.test(name.trim()) || isYearly({ name })

const partial =
  /(^|[_ .-])(first|last|given|family|middle)$|(first|last|given|family|sur|nick|middle)[_ .-]?names?/i
/** Of a person's name. */
export const isPartOfName = ({ name }: Named): boolean => partial.test(name)

const measured = /[_ .-](pct|percent|rate|amount|price|cost|usd|eur)$/i
/** Of texts beside numbers, as `Varies` and `10-41`. */
export const isNamedMeasure = ({ name }: Named): boolean => measured.test(name.trim())

const place =
  /^(.*[_ .-])?(stations?|site|sensor|device|meter|gauge|buoy|symbol|ticker)([_ .-]?(id|no|nr|number|code|name))?$/i
/** Of what measures again and again. */
export const isNamedStation = ({ name }: Named): boolean => place.test(name.trim())
