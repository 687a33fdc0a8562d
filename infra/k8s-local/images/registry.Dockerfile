FROM localhost/java:17
COPY . /opt/registry/
USER 10001:10001
