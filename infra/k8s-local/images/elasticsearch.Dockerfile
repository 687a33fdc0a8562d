FROM localhost/java:17
COPY . /opt/elasticsearch/
RUN chmod -R a+rX /opt/elasticsearch
USER 10001:10001
