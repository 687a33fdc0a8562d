FROM localhost/node:24
COPY infra/feed /app/infra/feed
COPY node_modules/vega-datasets/data/earthquakes.json node_modules/vega-datasets/data/seattle-weather.csv /app/node_modules/vega-datasets/data/
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/node", "/app/infra/feed/server.ts"]
