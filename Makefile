# The front door. CI runs these targets and knows nothing else. `make` alone explains them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The pinned Node and tools first: the Node of Debian 12 is out of support.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

NODE_MODULES := node_modules/.package-lock.json
LOCAL := @node --conditions=@dsf/source infra/local/cli.ts
CLUSTER := @node --conditions=@dsf/source infra/k8s-local/cli.ts
# Python with the packages of one environment
PYTHON := node infra/local/python.ts
# a stack of its own, in the folder for temporary files
FAULTS := @TEST_PORT_BASE=$${FAULTS_PORT_BASE:-25000} node --conditions=@dsf/source e2e/faults/main.ts

.PHONY: help install fetch up down status logs run reindex build check test test-secure test-spark faults fuzz kibana preview demo clean images k8s-up k8s-down k8s-demo k8s-test

help: ## Explain every target
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'
	@echo
	@echo "Variables, as in make up KAFKA=kraft:"
	@echo "  KAFKA=zookeeper|kraft  STORE=minio|seaweedfs   which servers; holds until make down"
	@echo "  SECURE=1  BROKERS=3                            servers that ask who comes; three brokers"
	@echo "  DATASETS_DIR=a:b                               more folders of datasets"
	@echo "  PORT_BASE=19000  RUN_DIR=.run                  others for a second stack beside the first"
	@echo "  LIGHT=1                                        without Airflow and the Spark jobs"
	@echo "  SIMULATE=1  SERVERS_ONLY=1  LOG_LEVEL=debug    see infra/local/README.md"

install: $(NODE_MODULES) build ## Install the npm packages when package-lock.json changed, and compile

# npm writes this file at the end of an install, but leaves it alone when nothing changed. Not `npm ci`: it refuses to work where the
# registry lacks optional packages of other platforms. The versions are those of the lock file all the same. A patch is made for the
# package as npm brings it, so one that was patched before goes.
$(NODE_MODULES): package-lock.json $(wildcard patches/*)
	@command -v npm > /dev/null || { echo "npm is missing: install Node.js 20 or newer (on Debian: apt-get install nodejs npm)."; exit 1; }
	@echo "npm packages: installing (under a minute)"
	@rm -rf node_modules/kafkajs
	@npm install --loglevel=error
	@touch $@

fetch: $(NODE_MODULES) ## Download and compile, into the cache, all that the stack and its tests need (up, demo and test do it by themselves)
	@node --conditions=@dsf/source infra/local/fetch.ts

build: $(NODE_MODULES) ## Compile the libraries and the stages (only what changed)
	@log=$$(nx run-many -t build 2>&1) || { echo "$$log"; exit 1; }

up: $(NODE_MODULES) ## Start servers, feed and stages, and wait until they are ready (SERVERS_ONLY=1: without stages)
	$(LOCAL) up

down: ## Stop everything that up started; data stays
	$(if $(wildcard $(NODE_MODULES)),$(LOCAL) down,@echo "Nothing is installed, so nothing runs.")

status: $(NODE_MODULES) ## Show each server and stage: state, address, pid, what it waits for (FORMAT=json for programs)
	$(LOCAL) status

logs: $(NODE_MODULES) ## Show the ends of the logs (SERVICE=kafka for one, FOLLOW=1 to go on)
	$(LOCAL) logs

run: $(NODE_MODULES) ## Import DATASET=name [SOURCE=url-or-path] [KEY=idempotency-key] [FORCE=1], wait, print the receipt as JSON
	$(LOCAL) run

reindex: $(NODE_MODULES) build ## Fill a new index of DATASET=name from the lake and move the alias to it (WITHOUT_REFUSED=1: leave refused rows out; DROP=1: delete the old ones)
	$(LOCAL) reindex

check: $(NODE_MODULES) ## Check format, lint, types, unused code and the layout's promises, TypeScript and Python
	prettier --check --cache .
	eslint .
	tsc -b tsconfig.check.json
	knip --no-config-hints
	vitest run --project unit e2e/repository.spec.ts e2e/documents.spec.ts e2e/settings.spec.ts
	node infra/k8s-check/check.ts
	$(PYTHON) spark -m ruff check --no-cache .
	$(PYTHON) spark -m ruff format --check --no-cache .
	$(PYTHON) spark -m mypy

test: install fetch check ## Everything that CI runs: install, check, all tests, and some rounds of faults
	$(PYTHON) spark -m pytest libs/dataset-py libs/client-py libs/connect-py batch spark
	$(PYTHON) airflow -m pytest airflow
	vitest run --project '!secure'
	$(FAULTS)

test-secure: install fetch ## The same way on servers that ask who comes: pipeline, each right taken away once, faults, a broker of three lost
	SECURE=1 vitest run --project it --project e2e --project secure shared-kafka.it.ts e2e/pipeline.e2e.ts e2e/pipeline-objects.e2e.ts e2e/seattle-weather.e2e.ts e2e/repeated-keys.e2e.ts secure.ts
	@$(MAKE) --no-print-directory faults SECURE=1
	@$(MAKE) --no-print-directory faults SECURE=1 BROKERS=3 ONLY=F23 ROUNDS=4

test-spark: install fetch ## The Spark jobs on a cluster of two workers against one process, three minutes
	SPARK_CLUSTER=1 vitest run --project e2e e2e/spark-cluster.e2e.ts

faults: install ## Run ROUNDS=10 imports with a fault in each, by SEED=1, perhaps ONLY=F3, and check their history
	$(FAULTS)

fuzz: $(NODE_MODULES) ## Try the readers of files and cells, and init, on what is made up, for MINUTES=30 from SEED=1 on; ONLY=init
	@node --conditions=@dsf/source e2e/fuzz/main.ts

kibana: $(NODE_MODULES) ## Create or overwrite the dashboards in KIBANA_URL (KIBANA_API_KEY, KIBANA_SPACE)
	@node dashboards/import.ts

preview: $(NODE_MODULES) ## Draw the dashboards as one page that needs no Kibana, and pictures (DATASET=a,b: these only; PICTURES=0|light,dark; ELASTICSEARCH_URL)
	@node --conditions=@dsf/source dashboards/preview/preview.ts

demo: $(NODE_MODULES) ## Start everything, import the sample feed through all stages, show and check what came out
	@node --conditions=@dsf/source infra/demo/demo.ts
	@node --conditions=@dsf/source dashboards/preview/preview.ts

images: $(NODE_MODULES) ## Build an image of each stage and server, or of APPS=spark,airflow, without a container engine (root, Debian)
	$(CLUSTER) images

k8s-up: $(NODE_MODULES) ## Start a Kubernetes of one node on this machine (root, Debian; compiled once, ten minutes)
	$(CLUSTER) up

k8s-down: $(NODE_MODULES) ## Remove that Kubernetes with everything in it; images and programs stay
	$(CLUSTER) down

k8s-demo: $(NODE_MODULES) ## The demo on that Kubernetes, with images built here (SECURE=1: servers that ask who comes)
	$(CLUSTER) demo

k8s-test: $(NODE_MODULES) ## Imports there while pods are replaced, killed, scaled and moved: nothing lost, nothing twice; jobs and Airflow (ONLY=beside)
	@node --conditions=@dsf/source e2e/k8s/main.ts

clean: ## Stop everything, and remove data, logs and compiled files (downloads stay in the cache)
	$(if $(wildcard $(NODE_MODULES)),$(LOCAL) clean)
	rm -rf apps/*/dist libs/*/dist
	rm -rf .nx node_modules/.cache
