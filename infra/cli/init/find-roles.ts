/** Which columns are the time, the version, the kind and the place of a row. */
import { isProblem, readRules } from '@dsf/dataset'
import { fieldOf } from './field-of.ts'
import { counted, type Finding } from './findings.ts'
import { isPostal } from './key-names.ts'
import { clockDoubts, degreeDoubts } from './role-doubts.ts'
import type { Column } from './column.ts'

export interface Roles {
  eventTime?: Column
  version?: Column
  type?: Column
  geo?: { latitude: Column; longitude: Column }
  period?: 'month' | 'year'
  findings: Finding[]
  /** what somebody should look at */
  doubts: string[]
}

type Looked<T> = { column?: T; finding?: Finding }
const names = {
  time: /^(event|start|created|occurr?ed|published|observ|record|order|trade|pickup|sample)?[_ -]?(time|date|day|timestamp|datetime|datum|when|at)([_ -]?(time|utc|start|gmt))?$|(date|time|day)$|^(date|time)/i,
  moment: /^(ts|timestamp|date[_ ]?time|time|zeit|zeitpunkt|zeitstempel|hora|fecha[_ ]?hora)$/i,
  birth: /(^|[^a-z])(birth|dob|born|geburts?|geboren|naissance|nacimiento|nascita|nascimento)/i,
  revised: /updat|modif|chang|revis|^version$|edited/i,
  kind: /^(.*[_ -])?(type|kind|category|categorie|class|status|state|group|species|region|continent|sex|gender|level|series|sector)$/i,
  latitude:
    /(^(.*[_ -])?(lat|y_?coord)|latitude?|latitudine|breitengrad)([_ -]?(deg|degrees?|dd|decimal|wgs84))?$/i,
  longitude:
    /(^(.*[_ -])?(lon|lng|long|x_?coord)|longitude?|longitudine|laengengrad|längengrad)([_ -]?(deg|degrees?|dd|decimal|wgs84))?$/i,
  remark: /^(.*[_ -])?(source|quelle|fuente|fonte|url|link|notes?|comments?|remarks?|license)$/i,
}
/** Objects of a chunk: far below what a dataset may have, because another hour may bring more days. */
const mostPartitions = 300
const mostKinds = 30

export function findRoles(columns: Column[], key: Column[], rows: string[][]): Roles {
  const time = eventTimeOf(columns, rows)
  const version = versionOf(columns, key, time.column)
  const geo = placeOf(columns, rows)
  const kind = kindOf(columns, key, rows)
  const lake = lakeOf(time.column, kind.column, rows)
  const findings = [time, version, geo, lake.withoutKind ? {} : kind].flatMap(({ finding }) => finding ?? [])
  return {
    ...(time.column ? { eventTime: time.column } : {}),
    ...(version.column ? { version: version.column } : {}),
    ...(geo.column ? { geo: geo.column } : {}),
    ...(kind.column && !lake.withoutKind ? { type: kind.column } : {}),
    ...(lake.period ? { period: lake.period } : {}),
    findings: [...findings, ...lake.findings],
    doubts: [
      ...clockDoubts(columns, time.column, rows),
      ...(geo.column ? [] : degreeDoubts(columns.filter(isLatitude), 90, rows)),
      ...(geo.column ? [] : degreeDoubts(columns.filter(isLongitude), 180, rows)),
    ],
  }
}

const isLatitude = ({ name }: Column): boolean => names.latitude.test(name.trim())
const isLongitude = ({ name }: Column): boolean => names.longitude.test(name.trim())

export const isTime = ({ type, filled, cells }: Column) =>
  (type === 'date' || type === 'datetime') && filled > cells / 2

function eventTimeOf(columns: Column[], rows: string[][]): Looked<Column> {
  const all = columns.filter(isTime)
  const later = all.filter(({ name }) => !names.birth.test(name))
  const times = later.length > 0 ? later : all
  const apt = times.filter(({ name }) => names.time.test(name.trim()) && !names.revised.test(name))
  const first = apt[0] ?? times.find(({ name }) => !names.revised.test(name)) ?? times[0]
  const moments = times.filter(({ name }) => names.moment.test(name.trim()))
  const column = first && (moments.find((other) => isFinerThan(first, other, rows)) ?? first)
  if (!column)
    return {
      finding: {
        about: 'event time',
        answer: 'none',
        sure: 'likely',
        why: 'no column of times was found; without one there is no chart over time',
      },
    }
  const others = all.filter((other) => other !== column).map(({ name }) => name)
  const why = others.length > 0 ? `it could also be ${others.join(', ')}` : 'the only time'
  const sure = others.length > 0 ? 'guess' : apt.length > 0 ? 'certain' : 'likely'
  return { column, finding: { about: 'event time', answer: column.name, sure, why } }
}

/** A day may stand beside the moment that it is of. */
function isFinerThan(day: Column, moment: Column, rows: string[][]): boolean {
  if (day.type !== 'date' || moment.type !== 'datetime') return false
  const [days, moments] = [daysOf(day, rows), daysOf(moment, rows)]
  return moments.every((time, i) => time.slice(0, 10) === days[i]!.slice(0, 10))
}

/** Only a time that its name calls one of a change: a wrong version would drop rows as old ones. */
function versionOf(columns: Column[], key: Column[], time: Column | undefined): Looked<Column> {
  const column = columns.find(
    (one) =>
      one.type === 'datetime' &&
      one.filled === one.cells &&
      one !== time &&
      !key.includes(one) &&
      names.revised.test(one.name),
  )
  if (!column)
    return {
      finding: {
        about: 'version',
        answer: 'none',
        sure: 'likely',
        why: 'no column is named like the time of a change: the newest row of a key wins',
      },
    }
  return {
    column,
    finding: {
      about: 'version',
      answer: column.name,
      sure: 'likely',
      why: 'a time that is named like that of a change, and never missing',
    },
  }
}

function placeOf(columns: Column[], rows: string[][]): Looked<NonNullable<Roles['geo']>> {
  const within =
    (limit: number) =>
    ({ at, type, marks, missing }: Column) => {
      // what would be a thousand of an integer is none of a degree
      if (type === 'integer' && marks?.groupChar) return false
      const read = readRules(
        fieldOf('', 'number', {
          missingValues: ['', ...missing],
          ...marks,
          constraints: { minimum: -limit, maximum: limit },
        }),
      )
      return (type === 'number' || type === 'integer') && rows.every((row) => !isProblem(read(row[at]!)))
    }
  const [latitude, longitude] = [
    columns.filter(isLatitude).find(within(90)),
    columns.filter(isLongitude).find(within(180)),
  ]
  if (!latitude || !longitude)
    return {
      finding: {
        about: 'place',
        answer: 'none',
        sure: 'likely',
        why: 'no two columns are named like degrees of latitude and longitude, and have such: there is no map',
      },
    }
  const answer = `${latitude.name}, ${longitude.name}`
  return {
    column: { latitude, longitude },
    finding: { about: 'place', answer, sure: 'likely', why: 'named so, and within the degrees of the earth' },
  }
}

/** Few values, each of many rows. */
function kindOf(columns: Column[], key: Column[], rows: string[][]): Looked<Column> {
  const able = columns.filter(
    ({ name, at, type, distinct, isProse, isMeasured, filled, cells }) =>
      type === 'string' &&
      !isPostal({ name, at }) &&
      !isProse &&
      !isMeasured &&
      distinct >= 2 &&
      distinct <= mostKinds &&
      distinct * 5 <= rows.length &&
      filled > cells / 2,
  )
  const free = able.filter((column) => (key.length > 1 || !key.includes(column)) && !isRemark(column, rows))
  const column = free.find(({ name }) => names.kind.test(name.trim())) ?? free[0]
  if (!column)
    return {
      finding: {
        about: 'kind',
        answer: 'none',
        sure: 'likely',
        why: 'no text column has few values of many rows each',
      },
    }
  const isNamed = names.kind.test(column.name.trim())
  return {
    column,
    finding: {
      about: 'kind',
      answer: column.name,
      sure: isNamed ? 'likely' : 'guess',
      why: `${column.distinct} values; objects lie in a folder for each`,
    },
  }
}

/** What says where a row is from, or something of it; an address makes no folder. */
const isRemark = ({ name, at }: Column, rows: string[][]): boolean =>
  names.remark.test(name.trim()) || rows.some((row) => row[at]!.includes('://'))

type Lake = Pick<Roles, 'period' | 'findings'> & { withoutKind: boolean }

/** Each day and kind is an object, so few rows a day want a longer period. */
function lakeOf(time: Column | undefined, kind: Column | undefined, rows: string[][]): Lake {
  const days = time ? daysOf(time, rows) : rows.map(() => '')
  const kinds = rows.map((row) => (kind ? row[kind.at]! : ''))
  const found = lakes
    .map((lake) => ({ ...lake, folders: countFolders(days, lake.withKind ? kinds : [], lake.length) }))
    .find(({ folders, period, withKind }) => folders <= mostPartitions || (period === 'year' && !withKind))!
  const { period, withKind, folders } = found
  const why = `${counted(folders, 'folder')} of a ${period}${withKind && kind ? ' and a kind' : ''} for these rows`
  const about = { about: 'lake period', answer: period, sure: 'likely', why } as const
  const lost = { about: 'kind', answer: 'none', sure: 'likely' } as const
  return {
    ...(period === 'day' ? {} : { period }),
    withoutKind: !withKind,
    findings: [
      ...(kind && !withKind ? [{ ...lost, why: `with "${kind.name}" there would be too many folders` }] : []),
      ...(time ? [about] : []),
    ],
  }
}

/** `length` is that of the beginning of an ISO time which names the period. */
const periods = [
  { period: 'day', length: 10 },
  { period: 'month', length: 7 },
  { period: 'year', length: 4 },
] as const
const lakes = [true, false].flatMap((withKind) => periods.map((period) => ({ ...period, withKind })))

function daysOf({ at, type, format = 'default', missing }: Column, rows: string[][]): string[] {
  const read = readRules(fieldOf('', type, { format, missingValues: ['', ...missing] }))
  const ms = type === 'date' ? 86_400_000 : 1
  return rows.map((row) => {
    const value = read(row[at]!)
    return typeof value === 'number' ? new Date(value * ms).toISOString() : ''
  })
}

const countFolders = (days: string[], kinds: string[], length: number): number =>
  new Set(days.map((day, i) => `${day.slice(0, length)}\0${kinds[i] ?? ''}`)).size
