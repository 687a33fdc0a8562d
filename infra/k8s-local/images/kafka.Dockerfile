FROM localhost/java:17
COPY *.jar /opt/kafka/
USER 10001:10001
