# An image of one stage: docker build --build-arg APP=ingestor -t dsf/ingestor .
#
# There is nothing in it but Node, the C libraries that Node loads, the stage, and the packages that the stage uses: no shell, no package
# manager. Any image of Debian with Node and npm can be the BASE; it is built with, and only Node itself comes out of it.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
# for a registry behind an authority of one's own: a file that is mounted while the image is built
ARG NODE_EXTRA_CA_CERTS
WORKDIR /src
COPY . .
# with scripts: kafkajs gets its patch
RUN npm install --omit=dev --loglevel=error
# the compiler and the types of the lock, beside the packages that stay
RUN npm install --prefix /tools --no-save --no-package-lock --loglevel=error $(node -p " \
    Object.entries(require('./package.json').devDependencies) \
      .filter(([name]) => name === 'typescript' || name.startsWith('@types/')) \
      .map(([name, version]) => name + '@' + version).join(' ')") \
    && ln -s /tools/node_modules /node_modules
RUN /tools/node_modules/.bin/tsc -b apps/*

FROM build AS collected
ARG APP
RUN mkdir -p /out/app && npm ls --all --parseable --omit=dev --workspace=@dsf/${APP} \
    | sed -n 's|^/src/\(.*node_modules/.*\)|\1|p' | grep -v 'node_modules/@types/' | sort -u \
    | xargs cp --recursive --no-dereference --parents --target-directory=/out/app
# what node_modules links to: the stage and the libraries
RUN for link in /out/app/node_modules/@dsf/*; do \
      package=$(realpath --relative-to=/src /src/node_modules/@dsf/$(basename $link)) \
      && cp --recursive --parents --target-directory=/out/app $package/package.json $package/dist || exit 1; \
    done \
    && ln -s apps/${APP}/dist/main.js /out/app/main.js \
    && find /out/app -path '*/node_modules/*' \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
    && find /out/app -name '*.tsbuildinfo' -delete
# without variables it ends with a sentence about them, if nothing is missing
RUN node /out/app/main.js 2>&1 | grep 'The configuration is not usable'
RUN npm sbom --package-lock-only --sbom-format=cyclonedx --omit=dev --workspace=@dsf/${APP} > /out/app/sbom.cdx.json
RUN mkdir -p /out/usr/local/bin /out/etc /out/tmp && chmod 1777 /out/tmp && cp $(command -v node) /out/usr/local/bin/node \
    && ldd $(command -v node) | grep -o '/[^ ]*' | xargs cp --dereference --parents --target-directory=/out \
    && echo 'dsf:x:10001:10001::/app:/none' > /out/etc/passwd \
    && echo 'dsf:x:10001:' > /out/etc/group \
    && echo 'hosts: files dns' > /out/etc/nsswitch.conf

FROM scratch
COPY --from=collected /out /
ENV NODE_ENV=production
WORKDIR /app
USER 10001:10001
# Node is the first process and takes signals itself. Why these flags: infra/local/servers/stages.ts.
ENTRYPOINT ["/usr/local/bin/node", "--enable-source-maps", "--max-semi-space-size=16", "main.js"]
