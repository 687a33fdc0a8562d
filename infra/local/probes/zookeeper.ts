/** ZooKeeper's four-letter words, those that servers/zookeeper.ts allows. */
import { exchange } from './tcp.ts'

export const fourLetterWords = ['ruok', 'dump']

export async function zookeeperIsReady(port: number): Promise<void> {
  const answer = await exchange(port, 'ruok')
  if (answer !== 'imok') throw new Error(`ZooKeeper answers "${answer}" to ruok`)
}

/** A broker that was killed stays registered until its session ends, and its successor would refuse to start meanwhile. */
export async function brokerIsForgotten(port: number, brokerId: number): Promise<void> {
  const sessions = await exchange(port, 'dump')
  const path = `/brokers/ids/${brokerId}`
  if (sessions.split('\n').some((line) => line.trim() === path))
    throw new Error(`ZooKeeper still lists the last broker at ${path}`)
}
