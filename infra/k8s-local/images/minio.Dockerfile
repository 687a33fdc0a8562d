FROM scratch
COPY minio /minio
USER 10001:10001
ENTRYPOINT ["/minio"]
