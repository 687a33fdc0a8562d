# Stands in for node:24-bookworm-slim where no registry of images can be reached.
FROM localhost/debian:12
COPY node /usr/local/bin/node
COPY npm/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
