#!/bin/sh
# How the image of the Spark jobs starts: `executor` as Spark calls it on Kubernetes, `submit …` for spark-submit, else a program of Python.
set -eu

# Java reads no PEM: the authorities of S3_CA_FILE go to a copy of those that it brings. Prints the options that name it.
trust() {
  [ -f "${S3_CA_FILE-}" ] || return 0
  cp "$JAVA_HOME/lib/security/cacerts" /tmp/trust
  chmod u+w /tmp/trust
  awk '/BEGIN CERTIFICATE/ { n++ } n { print > "/tmp/authority-" n ".pem" }' "$S3_CA_FILE"
  for file in /tmp/authority-*.pem; do
    "$JAVA_HOME/bin/keytool" -importcert -noprompt -alias "$file" -file "$file" -keystore /tmp/trust -storepass changeit >&2
  done
  echo '-Djavax.net.ssl.trustStore=/tmp/trust -Djavax.net.ssl.trustStorePassword=changeit'
}

# A virtual machine reads the keys of the store from its environment, once. Without keys in a Secret, AWS lends some to the pod.
keys() {
  [ -f "${S3_ACCESS_KEY_FILE-}" ] || return 0
  AWS_ACCESS_KEY_ID=$(cat "$S3_ACCESS_KEY_FILE")
  AWS_SECRET_ACCESS_KEY=$(cat "$S3_SECRET_KEY_FILE")
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

# The variables are those of KubernetesExecutorBackend, as org.apache.spark.deploy.k8s sets them.
executor() {
  keys
  # shellcheck disable=SC2046
  set -- $(trust)
  number=0
  while eval "option=\${SPARK_JAVA_OPT_$number-}" && [ -n "$option" ]; do
    set -- "$@" "$option"
    number=$((number + 1))
  done
  exec "$JAVA_HOME/bin/java" "$@" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
    -cp "${SPARK_CONF_DIR-}:$SPARK_HOME/jars/*" org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" \
    --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" \
    --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"
}

# The virtual machine is there before the job, so it has the keys of the store from here.
submit() {
  keys
  options=$(trust)
  exec "$SPARK_HOME/bin/spark-submit" ${options:+--driver-java-options "$options"} "$@"
}

case ${1-} in
  executor) executor ;;
  submit) shift && submit "$@" ;;
  *) exec /usr/bin/python3 "$@" ;;
esac
