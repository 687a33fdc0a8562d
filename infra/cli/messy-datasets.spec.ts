/** The datasets of datasets/messy, by the functions that a run of them would use. */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { tryDataset } from './try-dataset.ts'

const folder = join(import.meta.dirname, '../../datasets/messy')

const first: Record<string, object> = {
  'brussels-hotels': {
    ...{ class: '3 stars', quarter: 'All', month: '2013-01-01', year: 2013 },
    ...{ occupancy: 0.611553068, price: 81.20416129, revpar: 49.66065393, source: 'Mkg' },
  },
  'charging-points': {
    ...{ n_amenageur: 'Parasol Bastia', n_operateur: 'DRIVECO', n_enseigne: 'Parasol Bastia' },
    ...{ id_station: 'FR*E08*PDRVPARASOL20600*1', n_station: 'Parasol Bastia' },
    ...{ ad_station: 'Allée du Ninu 20600 Bastia', code_insee: '2B033' },
    ...{ Xlongitude: 9.43103, Ylatitude: 42.664299, nbre_pdc: 7, id_pdc: 'FR*E08*EBASTIA01AC01*P1' },
    ...{ puiss_max: 2.3, type_prise: 'EF', acces_recharge: 'Payant', accessibilite: '24/24 7/7 jours' },
    ...{ observations: null, date_maj: '2020-12-15' },
  },
}

it.each(globSync(join(folder, '*/sample.csv')))(
  'each row of %s is clean, letters and numbers as they were meant',
  async (path) => {
    const { dataset, counts, rows } = await tryDataset(path, {})
    expect(basename(join(path, '..'))).toBe(dataset)
    expect(counts).toMatchObject({ clean: counts.read, duplicate: 0, refused: 0 })
    expect(rows[0]!.values).toEqual(first[dataset])
  },
)
