# Gives users their rights: infra/local/secure/grant.py with the packages that it is pinned to.
FROM localhost/debian:12 AS build
# for a registry behind an authority of one's own: a file that is mounted while the image is built
ARG PIP_CERT
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip
COPY e2e/faults/checker/requirements.txt /
RUN pip install --quiet --no-deps --require-hashes --no-compile --target /packages --requirement /requirements.txt

FROM localhost/debian:12
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
COPY --from=build /packages /opt/rights/packages
COPY infra/local/secure/grant.py /opt/rights/
ENV PYTHONPATH=/opt/rights/packages PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
