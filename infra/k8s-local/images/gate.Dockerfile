FROM localhost/debian:12
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*
USER 10001:10001
# nothing is written beside /tmp
ENTRYPOINT ["/usr/sbin/nginx", "-e", "stderr"]
