# Stands in for debian:bookworm-slim where no registry of images can be reached.
FROM scratch
ADD debian.tar /
