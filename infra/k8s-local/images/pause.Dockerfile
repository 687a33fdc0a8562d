# holds the namespaces of a pod
FROM scratch
COPY busybox /busybox
USER 10001:10001
ENTRYPOINT ["/busybox", "sleep", "2147483647"]
