FROM localhost/debian:12
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless && rm -rf /var/lib/apt/lists/*
# the folder is named after the processor
RUN ln -s /usr/lib/jvm/java-17-openjdk-* /usr/lib/jvm/current
ENV JAVA_HOME=/usr/lib/jvm/current
